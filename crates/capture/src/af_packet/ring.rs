//! The ring of blocks that the kernel fills and this process reads, mapped into memory.
//!
//! A block is the kernel's until it sets the block's state to "user", and ours until we set it back. Nothing else is
//! shared: no lock, and no system call while blocks are there.
//! Source: the kernel's `Documentation/networking/packet_mmap.rst`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use super::block::BLOCK_STATUS;

/// The blocks of a ring, read in turn.
pub(crate) struct Ring {
    base: NonNull<u8>,
    /// Bytes of a block.
    size: usize,
    count: usize,
    /// Which block is read now or next.
    at: usize,
}

// SAFETY: the mapping belongs to this value alone: nothing else in the process points to it, and neither the kernel
// nor `munmap` mind which thread uses it.
#[allow(unsafe_code)]
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the ring of a socket that was told to have `count` blocks of `size` bytes.
    pub fn map(socket: BorrowedFd<'_>, size: usize, count: usize) -> io::Result<Self> {
        let bytes = size.checked_mul(count).filter(|bytes| *bytes > 0);
        let bytes = bytes.ok_or(io::ErrorKind::InvalidInput)?;
        // SAFETY: a new mapping at a place of the kernel's choice; it fails if the ring is not of this size.
        #[allow(unsafe_code)]
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::Other)?;
        Ok(Self {
            base,
            size,
            count,
            at: 0,
        })
    }

    /// The block whose turn it is, once the kernel has handed it over.
    pub fn block(&mut self) -> Option<&mut [u8]> {
        if self.status().load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: block `at` lies within the mapping, which lives as long as `self`. Its state says "user": the
        // kernel does not write to it until `release`, which needs `&mut self` and so ends this borrow first. The
        // load with `Acquire` above makes all that the kernel wrote before visible.
        #[allow(unsafe_code)]
        Some(unsafe { std::slice::from_raw_parts_mut(self.start().as_ptr(), self.size) })
    }

    /// Gives the block back to the kernel; the next one has its turn. For after [`Ring::block`] gave it.
    pub fn release(&mut self) {
        self.status().store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.at = (self.at + 1) % self.count;
    }

    fn status(&self) -> &AtomicU32 {
        // SAFETY: the state is within the block (a block is a page at least) and aligned, since blocks are at
        // multiples of the page size; the kernel too changes it as a whole.
        #[allow(unsafe_code)]
        unsafe {
            AtomicU32::from_ptr(self.start().as_ptr().add(BLOCK_STATUS).cast())
        }
    }

    fn start(&self) -> NonNull<u8> {
        // SAFETY: `at` is below `count`, so this is within the mapping.
        #[allow(unsafe_code)]
        unsafe {
            self.base.add(self.at * self.size)
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping was made with this start and size, and no borrow of it is left.
        #[allow(unsafe_code)]
        unsafe {
            libc::munmap(self.base.as_ptr().cast(), self.size * self.count);
        }
    }
}
