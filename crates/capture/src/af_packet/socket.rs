//! The packet socket and its options: what packet(7) and socket(7) describe.

use std::ffi::CString;
use std::io;
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// One instruction of a filter for the kernel.
pub(crate) type Instruction = libc::sock_filter;

/// A packet socket for whole frames, link layer's header included.
pub(crate) struct Socket(OwnedFd);

/// What a bound socket knows of its interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    /// `ARPHRD_…`; what the frames start with.
    pub hardware: u16,
    /// The interface's number; -1 once it is gone.
    pub index: i32,
}

/// The number of an interface.
pub(crate) fn interface_index(name: &str) -> io::Result<i32> {
    let name = CString::new(name)?;
    // SAFETY: a string that ends with zero and lives through the call.
    #[allow(unsafe_code)]
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    match i32::try_from(index) {
        Ok(index) if index > 0 => Ok(index),
        _ => Err(io::Error::last_os_error()),
    }
}

impl Socket {
    /// A socket that gets nothing until it is bound.
    pub fn new() -> io::Result<Self> {
        // SAFETY: takes numbers only.
        #[allow(unsafe_code)]
        let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just opened and nobody else has it.
        #[allow(unsafe_code)]
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Asks for a ring of `count` blocks of `size` bytes, handed over when full or after `retire` milliseconds.
    /// `headroom` bytes are free in front of each frame.
    pub fn make_ring(&self, size: u32, count: u32, retire: u32, headroom: u32) -> io::Result<()> {
        let version = libc::tpacket_versions::TPACKET_V3 as libc::c_int;
        self.set(libc::SOL_PACKET, libc::PACKET_VERSION, &version)?;
        self.set(libc::SOL_PACKET, libc::PACKET_RESERVE, &headroom)?;
        let request = libc::tpacket_req3 {
            tp_block_size: size,
            tp_block_nr: count,
            // Version 3 packs frames of any size; the kernel only checks that this multiplies to the whole.
            tp_frame_size: FRAME_SIZE,
            tp_frame_nr: (size / FRAME_SIZE).saturating_mul(count),
            tp_retire_blk_tov: retire,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        self.set(libc::SOL_PACKET, libc::PACKET_RX_RING, &request)
    }

    /// Takes frames of all protocols of this interface from now on.
    pub fn bind(&self, index: i32) -> io::Result<Bound> {
        let address = libc::sockaddr_ll {
            sll_family: libc::AF_PACKET as u16,
            sll_protocol: (libc::ETH_P_ALL as u16).to_be(),
            sll_ifindex: index,
            sll_hatype: 0,
            sll_pkttype: 0,
            sll_halen: 0,
            sll_addr: [0; 8],
        };
        // SAFETY: an address of its own length, which lives through the call.
        #[allow(unsafe_code)]
        check(unsafe {
            libc::bind(
                self.0.as_raw_fd(),
                (&raw const address).cast(),
                length::<libc::sockaddr_ll>(),
            )
        })?;
        self.bound()
    }

    /// What it is bound to.
    pub fn bound(&self) -> io::Result<Bound> {
        let mut address = MaybeUninit::<libc::sockaddr_ll>::zeroed();
        let mut len = length::<libc::sockaddr_ll>();
        // SAFETY: room for `len` bytes; the kernel writes no more and tells how many.
        #[allow(unsafe_code)]
        check(unsafe { libc::getsockname(self.0.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len) })?;
        // SAFETY: numbers only, zero where the kernel did not write.
        #[allow(unsafe_code)]
        let address = unsafe { address.assume_init() };
        Ok(Bound {
            hardware: address.sll_hatype,
            index: address.sll_ifindex,
        })
    }

    /// Also packets that are for others, as long as the socket is open.
    pub fn be_promiscuous(&self, index: i32) -> io::Result<()> {
        let request = libc::packet_mreq {
            mr_ifindex: index,
            mr_type: libc::PACKET_MR_PROMISC as u16,
            mr_alen: 0,
            mr_address: [0; 8],
        };
        self.set(libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &request)
    }

    /// Leaves out what this machine sends, where the kernel can (4.20).
    pub fn ignore_outgoing(&self) -> io::Result<()> {
        self.set(libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, &1_i32)
    }

    /// Joins a group that shares the frames; `kind` is the mode and its flags.
    pub fn join(&self, group: u16, kind: u16) -> io::Result<()> {
        let request = u32::from(kind) << 16 | u32::from(group);
        self.set(libc::SOL_PACKET, libc::PACKET_FANOUT, &request)
    }

    /// The group it joined.
    pub fn group(&self) -> io::Result<u16> {
        let [joined] = self.get::<1>(libc::SOL_PACKET, libc::PACKET_FANOUT)?;
        Ok(joined as u16)
    }

    /// Its group shares frames by what this program returns.
    pub fn share_by(&self, program: &mut [Instruction]) -> io::Result<()> {
        self.run(libc::SOL_PACKET, libc::PACKET_FANOUT_DATA, program)
    }

    /// Only frames that pass this program, cut to as many bytes as it returns; it replaces the one before.
    pub fn attach(&self, program: &mut [Instruction]) -> io::Result<()> {
        self.run(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, program)
    }

    fn run(&self, level: libc::c_int, name: libc::c_int, program: &mut [Instruction]) -> io::Result<()> {
        let program = libc::sock_fprog {
            len: u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
            filter: program.as_mut_ptr(),
        };
        // The kernel copies and checks the program before the call returns.
        self.set(level, name, &program)
    }

    /// Frames, drops and freezes since this was asked last: asking sets them to 0.
    pub fn statistics(&self) -> io::Result<[u32; 3]> {
        self.get(libc::SOL_PACKET, libc::PACKET_STATISTICS)
    }

    /// The error that waits, which is then forgotten; 0 for none.
    pub fn take_error(&self) -> io::Result<i32> {
        let [error] = self.get::<1>(libc::SOL_SOCKET, libc::SO_ERROR)?;
        Ok(error as i32)
    }

    fn set<T>(&self, level: libc::c_int, name: libc::c_int, value: &T) -> io::Result<()> {
        // SAFETY: the kernel reads the bytes of `value`, which lives through the call, and no more than its size.
        // Of the values of this file only a program has a pointer, to as many instructions as it says.
        #[allow(unsafe_code)]
        check(unsafe {
            libc::setsockopt(
                self.0.as_raw_fd(),
                level,
                name,
                (&raw const *value).cast(),
                length::<T>(),
            )
        })
    }

    fn get<const N: usize>(&self, level: libc::c_int, name: libc::c_int) -> io::Result<[u32; N]> {
        let mut value = [0; N];
        let mut len = length::<[u32; N]>();
        // SAFETY: room for `len` bytes, of which any are numbers; the kernel writes no more.
        #[allow(unsafe_code)]
        check(unsafe { libc::getsockopt(self.0.as_raw_fd(), level, name, value.as_mut_ptr().cast(), &raw mut len) })?;
        Ok(value)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn check(result: libc::c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn length<T>() -> libc::socklen_t {
    mem::size_of::<T>() as libc::socklen_t
}

/// Bytes that the kernel reckons a frame has; a divisor of every page size.
const FRAME_SIZE: u32 = 2048;
