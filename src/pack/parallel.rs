//! Work on the elements of a list in parallel.

use std::num::NonZero;

/// The minimum number of elements per thread; with fewer, a thread costs more than it saves.
const MIN_ITEMS_PER_THREAD: usize = 64;

/// Applies a function to each element, on as many threads as there are processors; the results keep the order.
pub(super) fn map<T: Sync, R: Send>(list: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(list.len() / MIN_ITEMS_PER_THREAD).max(1);
    if threads == 1 {
        return list.iter().map(of).collect();
    }
    let of = &of;
    std::thread::scope(|scope| {
        let parts = list.chunks(list.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().map(of).collect::<Vec<R>>())).collect();
        let done = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays_with_one_thread_and_with_several() {
        for count in [0, 1, MIN_ITEMS_PER_THREAD, 10 * MIN_ITEMS_PER_THREAD + 3] {
            let list: Vec<usize> = (0..count).collect();
            assert_eq!(map(&list, |n| n * 2), list.iter().map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
