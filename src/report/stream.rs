//! Writes to what is no regular file: a pipe, a terminal, `/dev/stdout`. Its reader may be gone, or may never come.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;

/// How long to wait until a process opens the pipe for reading: a shell starts both sides at the same time.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a reader may accept no data.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The time between two attempts.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Opens a path for appending, without waiting for ever.
///
/// # Errors
///
/// Fails for a pipe that no process reads, for a block device, and for every error of the system.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.file_type().is_block_device() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a block device, not a file"));
    }
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let started = Instant::now();
    loop {
        // Append, because other programs may write there too.
        match OpenOptions::new().append(true).custom_flags(flags.bits()).open(path) {
            Err(error) if error.raw_os_error() != Some(Errno::ENXIO as i32) => return Err(error),
            Err(_) if started.elapsed() > READ_TIMEOUT => {
                return Err(io::Error::new(ErrorKind::NotConnected, "no process reads it"));
            }
            Err(_) => std::thread::sleep(POLL_INTERVAL),
            Ok(file) => return Ok(file),
        }
    }
}

/// Writes all bytes, as fast as the reader accepts them.
///
/// # Errors
///
/// As [`open`], and if the reader accepts nothing for too long.
pub(super) fn write(path: &Path, mut bytes: &[u8]) -> io::Result<()> {
    let mut file = open(path)?;
    let mut taken = Instant::now();
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => (bytes, taken) = (&bytes[count..], Instant::now()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            Err(_) if taken.elapsed() > WRITE_TIMEOUT => {
                return Err(io::Error::new(ErrorKind::TimedOut, "its reader does not accept data"));
            }
            Err(_) => std::thread::sleep(POLL_INTERVAL),
        }
    }
    Ok(())
}
