//! Writes durations for readers.

/// Writes a number of milliseconds for readers: `12 ms`, `1.5 s`, `2 min`.
pub(crate) fn millis(ms: u128) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 if ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
        1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min", ms / 60_000),
    }
}
