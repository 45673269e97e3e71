//! Writing to what is no ordinary file: a pipe, a terminal, `/dev/stdout`. Whoever reads there may be gone, or never come.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;

/// So long whoever is to read a pipe may take to open it: in a shell both are started at once.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// So long a reader may take none of what is written.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How often it is tried again.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Opens it, without waiting for ever.
///
/// # Errors
///
/// A pipe that nobody reads, a disk, and what the system says.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.file_type().is_block_device() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a block device, not a file"));
    }
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let started = Instant::now();
    loop {
        // What else is written there must stay.
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

/// Writes to it, as fast as its reader takes it.
///
/// # Errors
///
/// As [`open`], and a reader that takes nothing.
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
