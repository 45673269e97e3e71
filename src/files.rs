//! Reads files: the only place that does. A named file may be a pipe without a writer, an endless device or a folder,
//! and its reported length is never trusted.

use std::fmt;
use std::fs::{FileType, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};

const MIB: u64 = 1 << 20;

/// The kind of a file, which determines its maximum size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// YAML that a person writes: a profile, attestations, a pack's provider and its sample partner.
    Written,
    /// One check of a pack; the largest built-in one has less than a twentieth of the limit.
    Check,
    /// Other files of a pack: bodies, and files of its sample partner.
    Fixture,
    /// A configuration file that production loads.
    Configuration,
    /// CA certificates.
    Certificates,
    /// A saved web page: browsers embed images and scripts.
    Page,
    /// A file that Preflight wrote for itself.
    Own,
}

impl Kind {
    /// Returns the maximum size, in bytes.
    pub const fn most(self) -> u64 {
        match self {
            Kind::Written | Kind::Configuration | Kind::Certificates => MIB,
            Kind::Check => 100_000,
            Kind::Fixture | Kind::Page | Kind::Own => 16 * MIB,
        }
    }
}

/// Why a file cannot be read. The text follows the file's name.
#[derive(Debug)]
pub enum Unread {
    /// There is no such file.
    NotThere,
    /// The user may not read it.
    Forbidden,
    /// It is a folder.
    Folder,
    /// It is a pipe.
    Pipe,
    /// It is a socket.
    Socket,
    /// It is a device.
    Device,
    /// It is larger than this number of bytes.
    Larger(u64),
    /// It is not UTF-8 text.
    NotText,
    /// The system reported another error.
    Other(io::Error),
}

impl Unread {
    /// Returns what to do about it, as an imperative.
    pub fn hint(&self) -> &'static str {
        match self {
            Unread::NotThere => "check the path",
            Unread::Forbidden => "check the permissions of the file and of its folders",
            Unread::Folder => "name a file in it",
            Unread::Pipe => "write its output into a file, and name that file",
            Unread::Socket | Unread::Device | Unread::Other(_) => "name a regular file",
            Unread::Larger(_) => "name the intended file, or remove what is not needed from it",
            Unread::NotText => "save it as UTF-8",
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::NotThere => f.write_str("cannot be read: there is no such file"),
            Unread::Forbidden => f.write_str("cannot be read: permission denied"),
            Unread::Folder => f.write_str("is a folder, not a file"),
            Unread::Pipe => f.write_str("is a pipe, not a file"),
            Unread::Socket => f.write_str("is a socket, not a file"),
            Unread::Device => f.write_str("is a device, not a file"),
            Unread::Larger(most) if most % MIB == 0 => write!(f, "is larger than {} MiB", most / MIB),
            Unread::Larger(most) => write!(f, "is larger than {most} bytes"),
            Unread::NotText => f.write_str("is not UTF-8 text"),
            Unread::Other(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Unread {}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Unread::NotThere,
            io::ErrorKind::PermissionDenied => Unread::Forbidden,
            _ => Unread::Other(error),
        }
    }
}

/// Reads a regular file.
///
/// # Errors
///
/// Fails if the file is not regular, exceeds the maximum size of its kind, or cannot be read.
pub fn read(path: &Path, kind: Kind) -> Result<Vec<u8>, Unread> {
    // Opening some devices already has an effect.
    ordinary(&std::fs::metadata(path)?)?;
    // The file may have been replaced since; opening it must not block, and it is checked again.
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    ordinary(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(kind.most() + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > kind.most() { Err(Unread::Larger(kind.most())) } else { Ok(bytes) }
}

/// Reads a regular file as text.
///
/// # Errors
///
/// As for [`read()`], and if the file is not UTF-8.
pub fn text(path: &Path, kind: Kind) -> Result<String, Unread> {
    String::from_utf8(read(path, kind)?).map_err(|_| Unread::NotText)
}

fn ordinary(found: &Metadata) -> Result<(), Unread> {
    let kind: FileType = found.file_type();
    match kind {
        _ if kind.is_file() => Ok(()),
        _ if kind.is_dir() => Err(Unread::Folder),
        _ if kind.is_fifo() => Err(Unread::Pipe),
        _ if kind.is_socket() => Err(Unread::Socket),
        _ => Err(Unread::Device),
    }
}

/// Returns the reason and remedy if a write failed for lack of space.
pub fn full(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull => Some("the disk is full; free some space, or choose a place on another disk"),
        io::ErrorKind::QuotaExceeded => {
            Some("the disk quota is exceeded; free some space, or choose a place on another disk")
        }
        io::ErrorKind::FileTooLarge => Some("the file exceeds the size limit here; raise the limit (`ulimit -f`)"),
        _ => None,
    }
}

/// Makes a write beyond the file size limit of the process fail with an error, like a full disk, instead of ending the
/// process.
pub fn outlive_limits() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    let _within = runtime.enter();
    // While a signal has a listener, it does not end this process; child processes are not affected. Without a listener
    // nothing changes.
    signal(SignalKind::from_raw(Signal::SIGXFSZ as i32)).ok();
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    use nix::sys::stat::Mode;

    use super::*;

    #[test]
    fn what_is_no_ordinary_file_is_told_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        nix::unistd::mkfifo(&path("pipe"), Mode::S_IRWXU).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        std::fs::File::create(path("sparse")).unwrap().set_len(3 << 30).unwrap();
        std::fs::write(path("file"), "x").unwrap();
        std::fs::write(path("latin"), [0xe9]).unwrap();
        symlink("pipe", path("to-pipe")).unwrap();
        symlink("circle", path("circle")).unwrap();
        symlink("nowhere", path("dangling")).unwrap();
        std::fs::write(path("shut"), "x").unwrap();
        std::fs::set_permissions(path("shut"), std::fs::Permissions::from_mode(0o000)).unwrap();
        let table = [
            ("pipe", "is a pipe"),
            ("to-pipe", "is a pipe"),
            ("socket", "is a socket"),
            (".", "is a folder"),
            ("/dev/zero", "is a device"),
            ("/dev/null", "is a device"),
            ("sparse", "is larger than 1 MiB"),
            ("none", "there is no such file"),
            ("dangling", "there is no such file"),
            ("file/none", "cannot be read"),
            ("circle", "cannot be read"),
            ("latin", "is not UTF-8"),
            // A regular file, as far as the system reports.
            ("/proc/self/mem", "cannot be read"),
        ];
        for (name, words) in table.iter().filter(|(name, _)| !name.starts_with("/proc/") || Path::new(name).exists()) {
            let told = text(&path(name), Kind::Written).unwrap_err();
            assert!(told.to_string().contains(words), "{name}: {told}");
        }
        assert_eq!(text(&path("file"), Kind::Written).unwrap(), "x");
        // A privileged user may read that file too.
        assert!(matches!(read(&path("shut"), Kind::Written), Ok(_) | Err(Unread::Forbidden)));
    }
}
