//! What commands, dialects and functions are called in EVE.

use std::borrow::Cow;

/// The command of SMB 1 of that number: MS-CIFS section 2.2.2.1.
pub fn smb1_command(command: u16) -> Cow<'static, str> {
    let name = match command {
        0x00 => "SMB1_COMMAND_CREATE_DIRECTORY",
        0x01 => "SMB1_COMMAND_DELETE_DIRECTORY",
        0x02 => "SMB1_COMMAND_OPEN",
        0x03 => "SMB1_COMMAND_CREATE",
        0x04 => "SMB1_COMMAND_CLOSE",
        0x05 => "SMB1_COMMAND_FLUSH",
        0x06 => "SMB1_COMMAND_DELETE",
        0x07 => "SMB1_COMMAND_RENAME",
        0x08 => "SMB1_COMMAND_QUERY_INFORMATION",
        0x09 => "SMB1_COMMAND_SET_INFORMATION",
        0x0a => "SMB1_COMMAND_READ",
        0x0b => "SMB1_COMMAND_WRITE",
        0x0c => "SMB1_COMMAND_LOCK_BYTE_RANGE",
        0x0d => "SMB1_COMMAND_UNLOCK_BYTE_RANGE",
        0x0e => "SMB1_COMMAND_CREATE_TEMPORARY",
        0x0f => "SMB1_COMMAND_CREATE_NEW",
        0x10 => "SMB1_COMMAND_CHECK_DIRECTORY",
        0x11 => "SMB1_COMMAND_PROCESS_EXIT",
        0x12 => "SMB1_COMMAND_SEEK",
        0x13 => "SMB1_COMMAND_LOCK_AND_READ",
        0x14 => "SMB1_COMMAND_WRITE_AND_UNLOCK",
        0x22 => "SMB1_COMMAND_SET_INFORMATION2",
        0x23 => "SMB1_COMMAND_QUERY_INFORMATION2",
        0x24 => "SMB1_COMMAND_LOCKING_ANDX",
        0x25 => "SMB1_COMMAND_TRANS",
        0x26 => "SMB1_COMMAND_TRANS_SECONDARY",
        0x27 => "SMB1_COMMAND_IOCTL",
        0x2b => "SMB1_COMMAND_ECHO",
        0x2c => "SMB1_COMMAND_WRITE_AND_CLOSE",
        0x2d => "SMB1_COMMAND_OPEN_ANDX",
        0x2e => "SMB1_COMMAND_READ_ANDX",
        0x2f => "SMB1_COMMAND_WRITE_ANDX",
        0x32 => "SMB1_COMMAND_TRANS2",
        0x33 => "SMB1_COMMAND_TRANS2_SECONDARY",
        0x34 => "SMB1_COMMAND_FIND_CLOSE2",
        0x70 => "SMB1_COMMAND_TREE_CONNECT",
        0x71 => "SMB1_COMMAND_TREE_DISCONNECT",
        0x72 => "SMB1_COMMAND_NEGOTIATE_PROTOCOL",
        0x73 => "SMB1_COMMAND_SESSION_SETUP_ANDX",
        0x74 => "SMB1_COMMAND_LOGOFF_ANDX",
        0x75 => "SMB1_COMMAND_TREE_CONNECT_ANDX",
        0x80 => "SMB1_COMMAND_QUERY_INFO_DISK",
        0x81 => "SMB1_COMMAND_SEARCH",
        0xa0 => "SMB1_COMMAND_NT_TRANS",
        0xa1 => "SMB1_COMMAND_NT_TRANS_SECONDARY",
        0xa2 => "SMB1_COMMAND_NT_CREATE_ANDX",
        0xa4 => "SMB1_COMMAND_NT_CANCEL",
        0xa5 => "SMB1_COMMAND_NT_RENAME",
        0xc0 => "SMB1_COMMAND_OPEN_PRINT_FILE",
        0xc1 => "SMB1_COMMAND_WRITE_PRINT_FILE",
        0xc2 => "SMB1_COMMAND_CLOSE_PRINT_FILE",
        0xc3 => "SMB1_COMMAND_GET_PRINT_QUEUE",
        other => return Cow::Owned(format!("UNKNOWN_SMB1_COMMAND_{other}")),
    };
    Cow::Borrowed(name)
}

/// The command of SMB 2 of that number: MS-SMB2 section 2.2.1.
pub fn smb2_command(command: u16) -> Cow<'static, str> {
    let name = match command {
        0 => "SMB2_COMMAND_NEGOTIATE_PROTOCOL",
        1 => "SMB2_COMMAND_SESSION_SETUP",
        2 => "SMB2_COMMAND_SESSION_LOGOFF",
        3 => "SMB2_COMMAND_TREE_CONNECT",
        4 => "SMB2_COMMAND_TREE_DISCONNECT",
        5 => "SMB2_COMMAND_CREATE",
        6 => "SMB2_COMMAND_CLOSE",
        7 => "SMB2_COMMAND_FLUSH",
        8 => "SMB2_COMMAND_READ",
        9 => "SMB2_COMMAND_WRITE",
        10 => "SMB2_COMMAND_LOCK",
        11 => "SMB2_COMMAND_IOCTL",
        12 => "SMB2_COMMAND_CANCEL",
        13 => "SMB2_COMMAND_KEEPALIVE",
        14 => "SMB2_COMMAND_FIND",
        15 => "SMB2_COMMAND_CHANGE_NOTIFY",
        16 => "SMB2_COMMAND_GET_INFO",
        17 => "SMB2_COMMAND_SET_INFO",
        18 => "SMB2_COMMAND_OPLOCK_BREAK",
        other => return Cow::Owned(format!("UNKNOWN_SMB2_COMMAND_{other}")),
    };
    Cow::Borrowed(name)
}

/// The dialect of SMB 2 of that number.
pub fn smb2_dialect(dialect: u16) -> Cow<'static, str> {
    let name = match dialect {
        0x0202 => "2.02",
        0x0210 => "2.10",
        0x0222 => "2.22",
        0x0224 => "2.24",
        0x02ff => "2.??",
        0x0300 => "3.00",
        0x0302 => "3.02",
        0x0310 => "3.10",
        0x0311 => "3.11",
        other => return Cow::Owned(format!("{}", other)),
    };
    Cow::Borrowed(name)
}

/// The function of an IOCTL of that number: MS-FSCC section 2.3, MS-SMB2 section 2.2.31.
pub fn function(function: u32) -> Cow<'static, str> {
    let name = match function {
        0x0006_0194 => "FSCTL_DFS_GET_REFERRALS",
        0x0006_01b0 => "FSCTL_DFS_GET_REFERRALS_EX",
        0x0009_0000 => "FSCTL_REQUEST_OPLOCK_LEVEL_1",
        0x0009_0018 => "FSCTL_LOCK_VOLUME",
        0x0009_001c => "FSCTL_UNLOCK_VOLUME",
        0x0009_003c => "FSCTL_GET_COMPRESSION",
        0x0009_0060 => "FSCTL_FILESYSTEM_GET_STATISTICS",
        0x0009_0064 => "FSCTL_GET_NTFS_VOLUME_DATA",
        0x0009_006f => "FSCTL_GET_RETRIEVAL_POINTERS",
        0x0009_0073 => "FSCTL_GET_RETRIEVAL_POINTERS",
        0x0009_008f => "FSCTL_FIND_FILES_BY_SID",
        0x0009_0098 => "FSCTL_SET_OBJECT_ID",
        0x0009_009c => "FSCTL_GET_OBJECT_ID",
        0x0009_00a0 => "FSCTL_DELETE_OBJECT_ID",
        0x0009_00a4 => "FSCTL_SET_REPARSE_POINT",
        0x0009_00a8 => "FSCTL_GET_REPARSE_POINT",
        0x0009_00ac => "FSCTL_DELETE_REPARSE_POINT",
        0x0009_00bc => "FSCTL_SET_OBJECT_ID_EXTENDED",
        0x0009_00c0 => "FSCTL_CREATE_OR_GET_OBJECT_ID",
        0x0009_00c4 => "FSCTL_SET_SPARSE",
        0x0009_00d7 => "FSCTL_SET_ENCRYPTION",
        0x0009_00eb => "FSCTL_READ_FILE_USN_DATA",
        0x0009_00ef => "FSCTL_WRITE_USN_CLOSE_RECORD",
        0x0009_40cf => "FSCTL_QUERY_ALLOCATED_RANGES",
        0x0009_80c8 => "FSCTL_SET_ZERO_DATA",
        0x0009_c040 => "FSCTL_SET_COMPRESSION",
        0x0009_c2b0 => "FSCTL_SET_INTEGRITY_INFORMATION",
        0x0009_023c => "FSCTL_GET_INTEGRITY_INFORMATION",
        0x0009_8344 => "FSCTL_DUPLICATE_EXTENTS_TO_FILE",
        0x0011_0000 => "FSCTL_PIPE_ASSIGN_EVENT",
        0x0011_0004 => "FSCTL_PIPE_DISCONNECT",
        0x0011_0008 => "FSCTL_PIPE_LISTEN",
        0x0011_000c | 0x0011_400c => "FSCTL_PIPE_PEEK",
        0x0011_0010 => "FSCTL_PIPE_QUERY_EVENT",
        0x0011_0018 => "FSCTL_PIPE_WAIT",
        0x0011_001c => "FSCTL_PIPE_IMPERSONATE",
        0x0011_c017 => "FSCTL_PIPE_TRANSCEIVE",
        0x0014_0078 => "FSCTL_SRV_REQUEST_RESUME_KEY",
        0x0014_0194 => "FSCTL_LMR_GET_LINK_TRACKING_INFORMATION",
        0x0014_01d4 => "FSCTL_LMR_REQUEST_RESILIENCY",
        0x0014_01fc => "FSCTL_QUERY_NETWORK_INTERFACE_INFO",
        0x0014_0204 => "FSCTL_VALIDATE_NEGOTIATE_INFO",
        0x0014_00ec => "FSCTL_LMR_SET_LINK_TRACKING_INFORMATION",
        0x0014_4064 => "FSCTL_SRV_ENUMERATE_SNAPSHOTS",
        0x0014_40f2 => "FSCTL_SRV_COPYCHUNK",
        0x0014_41bb => "FSCTL_SRV_READ_HASH",
        0x0014_80f2 => "FSCTL_SRV_COPYCHUNK_WRITE",
        other => return Cow::Owned(format!("UNKNOWN_{other:x}")),
    };
    Cow::Borrowed(name)
}

/// What a create does with a file that is there or not: MS-SMB2 section 2.2.13.
pub fn disposition(disposition: u32) -> Cow<'static, str> {
    let name = match disposition {
        0 => "FILE_SUPERSEDE",
        1 => "FILE_OPEN",
        2 => "FILE_CREATE",
        3 => "FILE_OPEN_IF",
        4 => "FILE_OVERWRITE",
        5 => "FILE_OVERWRITE_IF",
        other => return Cow::Owned(format!("UNKNOWN_{other}")),
    };
    Cow::Borrowed(name)
}

/// The kind of a share: MS-SMB2 section 2.2.10.
pub fn share_type(kind: u8) -> &'static str {
    match kind {
        1 => "FILE",
        2 => "PIPE",
        3 => "PRINT",
        _ => "UNKNOWN",
    }
}
