//! Which processor a thread runs on.

use std::io;
use std::mem::{self, MaybeUninit};

/// Lets the calling thread run on this processor only, counted from 0.
///
/// # Errors
///
/// What the system says, for a processor that is not there or that this process may not use.
pub fn pin_current_thread(cpu: usize) -> io::Result<()> {
    if cpu >= libc::CPU_SETSIZE as usize {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: a set of bits, of which all may be zero.
    #[allow(unsafe_code)]
    let mut set: libc::cpu_set_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the number is below the set's size.
    #[allow(unsafe_code)]
    unsafe {
        libc::CPU_SET(cpu, &mut set);
    }
    // SAFETY: 0 is this thread, and the set is of its own size and lives through the call.
    #[allow(unsafe_code)]
    let result = unsafe { libc::sched_setaffinity(0, mem::size_of_val(&set), &raw const set) };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_pinned() {
        std::thread::spawn(|| {
            let text = || {
                let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
                let line = status.lines().find(|line| line.starts_with("Cpus_allowed_list:"));
                line.unwrap().split_once('\t').unwrap().1.to_owned()
            };
            let first: String = text().chars().take_while(char::is_ascii_digit).collect();
            pin_current_thread(first.parse().unwrap()).unwrap();
            assert_eq!(text(), first);
            assert!(pin_current_thread(1023).is_err() && pin_current_thread(usize::MAX).is_err());
            assert_eq!(text(), first);
        })
        .join()
        .unwrap();
    }
}
