//! SQLite's file system with a [`Disk`] between SQLite and the real one: below a watched folder every write, sync and
//! removal is told to its disk, which records it or makes it fail. Everything else passes through.
#![allow(
    unsafe_code,
    reason = "SQLite calls its file system through C function pointers, and rusqlite has no safe way to give it one"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};

use rusqlite::ffi::{
    SQLITE_CANTOPEN, SQLITE_FCNTL_PRAGMA, SQLITE_OK, sqlite3_file, sqlite3_filename, sqlite3_initialize,
    sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

use super::{Disk, Refusal};

/// The disks that watch a folder.
static DISKS: Mutex<Vec<Arc<Disk>>> = Mutex::new(Vec::new());
static REGISTERED: Once = Once::new();

/// Puts a disk under its folder, for as long as the process lives.
pub(super) fn watch(disk: &Arc<Disk>) {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(disk));
    REGISTERED.call_once(register);
}

/// Takes the disk away again; files that are open keep it.
pub(super) fn leave(disk: &Arc<Disk>) {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, disk));
}

fn disk_of(name: &Path) -> Option<Arc<Disk>> {
    let disks = DISKS.lock().unwrap_or_else(PoisonError::into_inner);
    disks.iter().find(|disk| name.parent() == Some(disk.folder())).cloned()
}

/// Makes ours the file system that SQLite uses when none is named.
fn register() {
    // SAFETY: SQLite gives its own file system or null; ours is a copy of it and, like its name, never freed.
    unsafe {
        sqlite3_initialize();
        let real = sqlite3_vfs_find(std::ptr::null());
        let Some(copied) = real.as_ref().copied() else { return };
        let size = c_int::try_from(size_of::<File>()).unwrap_or(0);
        let ours = sqlite3_vfs {
            szOsFile: copied.szOsFile + size,
            pNext: std::ptr::null_mut(),
            zName: c"torture".as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            ..copied
        };
        REAL.get_or_init(|| Real(real));
        sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
    }
}

/// The file system below ours.
struct Real(*mut sqlite3_vfs);
// SAFETY: SQLite's own file system may be called from any thread.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}
static REAL: std::sync::OnceLock<Real> = std::sync::OnceLock::new();

fn real_vfs() -> *mut sqlite3_vfs {
    REAL.get().map_or(std::ptr::null_mut(), |real| real.0)
}

/// An open file below a watched folder. The real file lies behind it, in the same piece of memory.
#[repr(C)]
struct File {
    base: sqlite3_file,
    watched: *mut Watched,
}

struct Watched {
    disk: Arc<Disk>,
    name: String,
}

/// The real file behind ours.
///
/// # Safety
/// `file` was opened by [`open`] below a watched folder.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: `szOsFile` asked for room for both.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// # Safety
/// As for [`real`].
unsafe fn watched<'a>(file: *mut sqlite3_file) -> &'a Watched {
    // SAFETY: set by `open`, freed by `close`, after which SQLite does not use the file.
    unsafe { &*(*file.cast::<File>()).watched }
}

/// Calls a function of the real file.
macro_rules! pass {
    ($file:expr, $function:ident $(, $argument:expr)*) => {{
        // SAFETY: SQLite calls with a file that `open` opened; the real file's functions are complete.
        unsafe {
            let below = real($file);
            match (*(*below).pMethods).$function {
                Some(function) => function(below $(, $argument)*),
                None => Default::default(),
            }
        }
    }};
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a path that ends with a zero byte, or null for a temporary file.
    let path = unsafe { (!name.is_null()).then(|| CStr::from_ptr(name)) };
    let path = path.and_then(|path| path.to_str().ok()).map(Path::new);
    let found = path.and_then(|path| Some((disk_of(path)?, path.file_name()?.to_str()?.to_owned())));
    let vfs = real_vfs();
    // SAFETY: our memory holds a `File` and the real file behind it; without a disk only the real one is needed.
    unsafe {
        let Some(open) = (*vfs).xOpen else { return SQLITE_CANTOPEN };
        let Some((disk, name_of_file)) = found else { return open(vfs, name, file, flags, out) };
        let ours = file.cast::<File>();
        (*ours).base.pMethods = std::ptr::null();
        (*ours).watched = std::ptr::null_mut();
        let below = real(file);
        let opened = open(vfs, name, below, flags, out);
        if opened == SQLITE_OK {
            (*ours).watched = Box::into_raw(Box::new(Watched { disk, name: name_of_file }));
            (*ours).base.pMethods = &raw const METHODS;
        }
        opened
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let vfs = real_vfs();
    // SAFETY: SQLite gives a path that ends with a zero byte.
    unsafe {
        let Some(delete) = (*vfs).xDelete else { return SQLITE_CANTOPEN };
        let done = delete(vfs, name, sync);
        let path = CStr::from_ptr(name).to_str().ok().map(Path::new);
        if let (SQLITE_OK, Some(path)) = (done, path)
            && let (Some(disk), Some(file)) = (disk_of(path), path.file_name().and_then(|name| name.to_str()))
        {
            disk.removed(file);
        }
        done
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    // Without version 3 SQLite maps no file into memory and calls neither.
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let closed = pass!(file, xClose);
    // SAFETY: made by `open`, and SQLite closes a file once.
    unsafe { drop(Box::from_raw((*file.cast::<File>()).watched)) };
    closed
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, len: c_int, at: sqlite3_int64) -> c_int {
    pass!(file, xRead, to, len, at)
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    len: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives `len` bytes.
    let data = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(len).unwrap_or(0)) };
    let start = u64::try_from(at).unwrap_or(0);
    // SAFETY: a file that `open` opened.
    let Watched { disk, name } = unsafe { watched(file) };
    let mut there: sqlite3_int64 = 0;
    pass!(file, xFileSize, &raw mut there);
    match disk.write(name, start, data, u64::try_from(there).unwrap_or(0)) {
        Ok(()) => pass!(file, xWrite, from, len, at),
        Err(Refusal { code, written }) => {
            let written = c_int::try_from(written).unwrap_or(0);
            if written > 0 {
                pass!(file, xWrite, from, written, at);
            }
            code
        }
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: a file that `open` opened.
    let Watched { disk, name } = unsafe { watched(file) };
    match disk.truncate(name, u64::try_from(size).unwrap_or(0)) {
        Ok(()) => pass!(file, xTruncate, size),
        Err(refusal) => refusal.code,
    }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: a file that `open` opened.
    let Watched { disk, name } = unsafe { watched(file) };
    match disk.sync(name) {
        // Not passed on: what a crash leaves is decided by the record, and a thousand real syncs would only take time.
        Ok(()) => SQLITE_OK,
        Err(refusal) => refusal.code,
    }
}

unsafe extern "C" fn size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn control(file: *mut sqlite3_file, operation: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: a file that `open` opened.
    let Watched { disk, .. } = unsafe { watched(file) };
    if operation == SQLITE_FCNTL_PRAGMA && disk.is_careless() {
        // SAFETY: for this operation SQLite gives its error, the pragma's name and its value, as texts or null.
        unsafe { soften(argument.cast()) };
    }
    pass!(file, xFileControl, operation, argument)
}

/// Makes `synchronous = FULL` mean NORMAL: the value is SQLite's own copy, which it reads after this call.
///
/// # Safety
/// `texts` are those of `SQLITE_FCNTL_PRAGMA`.
unsafe fn soften(texts: *mut *mut c_char) {
    // SAFETY: as promised by the caller; both texts end with a zero byte, and FULL has room for one digit and its end.
    unsafe {
        let (name, value) = (*texts.add(1), *texts.add(2));
        if name.is_null() || value.is_null() || CStr::from_ptr(name) != c"synchronous" {
            return;
        }
        if CStr::from_ptr(value) == c"FULL" {
            *value = c_char::try_from(b'1').unwrap_or_default();
            *value.add(1) = 0;
        }
    }
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: *mut sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, offset, n, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    pass!(file, xShmBarrier)
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    pass!(file, xShmUnmap, delete)
}
