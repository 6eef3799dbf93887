//! Hyperscan, where it is installed: what Suricata looks for literals with. It is opened at run time, so nothing is linked
//! with it and nobody needs it to build. Functions and constants are those of its public API, version 5.2 and later.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;
use std::sync::LazyLock;

use engine::mpm::Pattern;
use libloading::Library;

/// A compiled set of literals, each of which is reported once a buffer, as Suricata asks for them.
pub(super) struct Hyperscan {
    functions: &'static Functions,
    database: *mut c_void,
    scratch: *mut c_void,
}

impl Hyperscan {
    /// Whether the library is there.
    pub(super) fn is_installed() -> bool {
        FUNCTIONS.is_some()
    }

    /// Compiles literals; `None` where the library is missing or refuses them.
    pub(super) fn new(patterns: &[Pattern]) -> Option<Self> {
        let functions = FUNCTIONS.as_ref()?;
        let texts: Vec<_> = patterns.iter().map(|pattern| pattern.bytes.as_ptr().cast()).collect();
        let lengths: Vec<_> = patterns.iter().map(|pattern| pattern.bytes.len()).collect();
        let flags = patterns.iter().map(|pattern| match pattern.nocase {
            true => SINGLE_MATCH | CASELESS,
            false => SINGLE_MATCH,
        });
        let flags: Vec<_> = flags.collect();
        let count = c_uint::try_from(patterns.len()).ok()?;
        let ids: Vec<_> = (0..count).collect();
        let (mut database, mut scratch, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: all four lists have `count` elements, each text has the length that is given for it, and what is
        // written to are variables of this function.
        let compiled = unsafe {
            (functions.compile)(
                texts.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                lengths.as_ptr(),
                count,
                BLOCK,
                ptr::null(),
                &raw mut database,
                &raw mut error,
            )
        };
        if compiled != SUCCESS {
            return None;
        }
        // SAFETY: the database was compiled, and `scratch` is null as it must be for a new one.
        if unsafe { (functions.alloc_scratch)(database, &raw mut scratch) } != SUCCESS {
            return None;
        }
        Some(Self {
            functions,
            database,
            scratch,
        })
    }

    /// How many of the literals are in the buffer.
    pub(super) fn scan(&self, haystack: &[u8]) -> u64 {
        let mut found: u64 = 0;
        // SAFETY: database and scratch belong together and are used by one thread; the buffer has that length; the
        // handler is given a pointer to `found`, which outlives the call.
        unsafe {
            (self.functions.scan)(
                self.database,
                haystack.as_ptr().cast(),
                haystack.len() as c_uint,
                0,
                self.scratch,
                count,
                (&raw mut found).cast(),
            );
        }
        found
    }
}

impl Drop for Hyperscan {
    fn drop(&mut self) {
        // SAFETY: both were made by the library, and nobody uses them any more.
        unsafe {
            (self.functions.free_scratch)(self.scratch);
            (self.functions.free_database)(self.database);
        }
    }
}

/// The functions that are called; the library stays open as long as they are there.
struct Functions {
    compile: Compile,
    alloc_scratch: unsafe extern "C" fn(*const c_void, *mut *mut c_void) -> c_int,
    scan: Scan,
    free_scratch: unsafe extern "C" fn(*mut c_void) -> c_int,
    free_database: unsafe extern "C" fn(*mut c_void) -> c_int,
    _library: Library,
}

/// `hs_compile_lit_multi`: texts, flags, ids, lengths, how many; mode, platform, database, error.
type Compile = unsafe extern "C" fn(
    *const *const c_char,
    *const c_uint,
    *const c_uint,
    *const usize,
    c_uint,
    c_uint,
    *const c_void,
    *mut *mut c_void,
    *mut *mut c_void,
) -> c_int;

/// `hs_scan`: database, data, its length, flags, scratch, handler, what the handler is given.
type Scan =
    unsafe extern "C" fn(*const c_void, *const c_char, c_uint, c_uint, *mut c_void, Handler, *mut c_void) -> c_int;

/// What is called for a match: id, start, end, flags, what `hs_scan` was given.
type Handler = unsafe extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

static FUNCTIONS: LazyLock<Option<Functions>> = LazyLock::new(open);

fn open() -> Option<Functions> {
    // SAFETY: the library's initialisation does nothing but ask the processor what it can; the types above are those of
    // its header.
    unsafe {
        let library = Library::new(NAME).ok()?;
        Some(Functions {
            compile: *library.get(b"hs_compile_lit_multi\0").ok()?,
            alloc_scratch: *library.get(b"hs_alloc_scratch\0").ok()?,
            scan: *library.get(b"hs_scan\0").ok()?,
            free_scratch: *library.get(b"hs_free_scratch\0").ok()?,
            free_database: *library.get(b"hs_free_database\0").ok()?,
            _library: library,
        })
    }
}

/// SAFETY: `found` is what [`Hyperscan::scan`] gives: a pointer to its counter.
unsafe extern "C" fn count(_: c_uint, _: c_ulonglong, _: c_ulonglong, _: c_uint, found: *mut c_void) -> c_int {
    // SAFETY: see above; nobody else has it meanwhile.
    unsafe { *found.cast::<u64>() += 1 };
    0
}

const NAME: &str = "libhs.so.5";
const SUCCESS: c_int = 0;
const BLOCK: c_uint = 1;
const CASELESS: c_uint = 1;
const SINGLE_MATCH: c_uint = 8;
