//! What a server says became of a command.

use std::borrow::Cow;

/// What a server says became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An NTSTATUS (MS-ERREF section 2.3).
    Nt(u32),
    /// A class and a code of old (MS-CIFS section 2.2.2.4).
    Dos(u8, u16),
}

/// The answer comes later.
pub const PENDING: u32 = 0x103;
/// There is more in the pipe than was asked for.
pub const BUFFER_OVERFLOW: u32 = 0x8000_0005;

impl Status {
    /// Whether the command did what it was to do.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Nt(0) | Self::Dos(0, 0))
    }

    /// Its name in EVE.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Nt(code) => match STATUS.binary_search_by_key(&code, |(known, _)| *known) {
                Ok(at) => STATUS
                    .get(at)
                    .map_or(Cow::Borrowed(""), |(_, name)| Cow::Borrowed(*name)),
                Err(_) => Cow::Owned(format!("UNKNOWN_{code:x}")),
            },
            Self::Dos(1, code) => named(DOS, code),
            Self::Dos(2, code) => named(SRV, code),
            Self::Dos(class, code) => Cow::Owned(format!("UNKNOWN_{class:02x}_{code:04x}")),
        }
    }

    /// Its number in EVE.
    pub fn code(self) -> String {
        match self {
            Self::Nt(code) => format!("0x{code:x}"),
            Self::Dos(_, code) => format!("0x{code:04x}"),
        }
    }
}

fn named(list: &'static [(u16, &'static str)], code: u16) -> Cow<'static, str> {
    let known = list.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| Cow::Owned(code.to_string()), |(_, name)| Cow::Borrowed(*name))
}

/// Errors of the class ERRDOS.
static DOS: &[(u16, &str)] = &[(0x0000, "DOS_SUCCESS")];

/// Errors of the class ERRSRV: MS-CIFS section 2.2.2.4.
static SRV: &[(u16, &str)] = &[
    (0x0001, "SRV_ERROR"),
    (0x0002, "SRV_BADPW"),
    (0x0004, "SRV_ACCESS"),
    (0x0006, "SRV_INVNETNAME"),
    (0x0007, "SRV_INVDEVICE"),
    (0x0016, "SRV_UNKNOWN_SMB"),
    (0x0031, "SRV_QFULL"),
    (0x0032, "SRV_QTOOBIG"),
    (0x0034, "SRV_INVPFID"),
    (0x0040, "SRV_UNKNOWN_COMMAND"),
    (0x0041, "SRV_SRVERROR"),
    (0x0043, "SRV_FILESPECS"),
    (0x0045, "SRV_BADPERMITS"),
    (0x0047, "SRV_SETATTRMODE"),
    (0x0058, "SRV_TIMEOUT"),
    (0x0059, "SRV_NORESOURCE"),
    (0x005a, "SRV_TOOMANYUIDS"),
    (0x005b, "SRV_BADUID"),
    (0x00fa, "SRV_USEMPX"),
    (0x00fb, "SRV_USESTD"),
    (0x00fc, "SRV_CONTMPX"),
    (0xffff, "SRV_NOSUPPORT"),
];

/// The NTSTATUS values that servers of files send: MS-ERREF section 2.3.1, in order.
static STATUS: &[(u32, &str)] = &[
    (0x0000_0000, "STATUS_SUCCESS"),
    (0x0000_0102, "STATUS_TIMEOUT"),
    (0x0000_0103, "STATUS_PENDING"),
    (0x0000_0104, "STATUS_REPARSE"),
    (0x0000_0105, "STATUS_MORE_ENTRIES"),
    (0x0000_0106, "STATUS_NOT_ALL_ASSIGNED"),
    (0x0000_0107, "STATUS_SOME_NOT_MAPPED"),
    (0x0000_010b, "STATUS_NOTIFY_CLEANUP"),
    (0x0000_010c, "STATUS_NOTIFY_ENUM_DIR"),
    (0x8000_0005, "STATUS_BUFFER_OVERFLOW"),
    (0x8000_0006, "STATUS_NO_MORE_FILES"),
    (0x8000_000d, "STATUS_PARTIAL_COPY"),
    (0x8000_0014, "STATUS_NO_MORE_EAS"),
    (0x8000_001a, "STATUS_NO_MORE_ENTRIES"),
    (0x8000_002d, "STATUS_STOPPED_ON_SYMLINK"),
    (0xc000_0001, "STATUS_UNSUCCESSFUL"),
    (0xc000_0002, "STATUS_NOT_IMPLEMENTED"),
    (0xc000_0003, "STATUS_INVALID_INFO_CLASS"),
    (0xc000_0004, "STATUS_INFO_LENGTH_MISMATCH"),
    (0xc000_0005, "STATUS_ACCESS_VIOLATION"),
    (0xc000_0008, "STATUS_INVALID_HANDLE"),
    (0xc000_000b, "STATUS_INVALID_CID"),
    (0xc000_000d, "STATUS_INVALID_PARAMETER"),
    (0xc000_000e, "STATUS_NO_SUCH_DEVICE"),
    (0xc000_000f, "STATUS_NO_SUCH_FILE"),
    (0xc000_0010, "STATUS_INVALID_DEVICE_REQUEST"),
    (0xc000_0011, "STATUS_END_OF_FILE"),
    (0xc000_0012, "STATUS_WRONG_VOLUME"),
    (0xc000_0013, "STATUS_NO_MEDIA_IN_DEVICE"),
    (0xc000_0016, "STATUS_MORE_PROCESSING_REQUIRED"),
    (0xc000_0017, "STATUS_NO_MEMORY"),
    (0xc000_0018, "STATUS_CONFLICTING_ADDRESSES"),
    (0xc000_001e, "STATUS_INVALID_LOCK_SEQUENCE"),
    (0xc000_0021, "STATUS_ALREADY_COMMITTED"),
    (0xc000_0022, "STATUS_ACCESS_DENIED"),
    (0xc000_0023, "STATUS_BUFFER_TOO_SMALL"),
    (0xc000_0024, "STATUS_OBJECT_TYPE_MISMATCH"),
    (0xc000_0033, "STATUS_OBJECT_NAME_INVALID"),
    (0xc000_0034, "STATUS_OBJECT_NAME_NOT_FOUND"),
    (0xc000_0035, "STATUS_OBJECT_NAME_COLLISION"),
    (0xc000_0037, "STATUS_PORT_DISCONNECTED"),
    (0xc000_0039, "STATUS_OBJECT_PATH_INVALID"),
    (0xc000_003a, "STATUS_OBJECT_PATH_NOT_FOUND"),
    (0xc000_003b, "STATUS_OBJECT_PATH_SYNTAX_BAD"),
    (0xc000_003e, "STATUS_DATA_ERROR"),
    (0xc000_003f, "STATUS_CRC_ERROR"),
    (0xc000_0040, "STATUS_SECTION_TOO_BIG"),
    (0xc000_0041, "STATUS_PORT_CONNECTION_REFUSED"),
    (0xc000_0042, "STATUS_INVALID_PORT_HANDLE"),
    (0xc000_0043, "STATUS_SHARING_VIOLATION"),
    (0xc000_004b, "STATUS_THREAD_IS_TERMINATING"),
    (0xc000_004f, "STATUS_EAS_NOT_SUPPORTED"),
    (0xc000_0050, "STATUS_EA_TOO_LARGE"),
    (0xc000_0054, "STATUS_FILE_LOCK_CONFLICT"),
    (0xc000_0055, "STATUS_LOCK_NOT_GRANTED"),
    (0xc000_0056, "STATUS_DELETE_PENDING"),
    (0xc000_0061, "STATUS_PRIVILEGE_NOT_HELD"),
    (0xc000_0064, "STATUS_NO_SUCH_USER"),
    (0xc000_006a, "STATUS_WRONG_PASSWORD"),
    (0xc000_006d, "STATUS_LOGON_FAILURE"),
    (0xc000_006e, "STATUS_ACCOUNT_RESTRICTION"),
    (0xc000_006f, "STATUS_INVALID_LOGON_HOURS"),
    (0xc000_0070, "STATUS_INVALID_WORKSTATION"),
    (0xc000_0071, "STATUS_PASSWORD_EXPIRED"),
    (0xc000_0072, "STATUS_ACCOUNT_DISABLED"),
    (0xc000_0073, "STATUS_NONE_MAPPED"),
    (0xc000_0078, "STATUS_INVALID_SID"),
    (0xc000_007a, "STATUS_PROCEDURE_NOT_FOUND"),
    (0xc000_007e, "STATUS_RANGE_NOT_LOCKED"),
    (0xc000_007f, "STATUS_DISK_FULL"),
    (0xc000_0098, "STATUS_FILE_INVALID"),
    (0xc000_009a, "STATUS_INSUFFICIENT_RESOURCES"),
    (0xc000_009c, "STATUS_DEVICE_DATA_ERROR"),
    (0xc000_00a2, "STATUS_MEDIA_WRITE_PROTECTED"),
    (0xc000_00a3, "STATUS_DEVICE_NOT_READY"),
    (0xc000_00ab, "STATUS_INSTANCE_NOT_AVAILABLE"),
    (0xc000_00ac, "STATUS_PIPE_NOT_AVAILABLE"),
    (0xc000_00ad, "STATUS_INVALID_PIPE_STATE"),
    (0xc000_00ae, "STATUS_PIPE_BUSY"),
    (0xc000_00af, "STATUS_ILLEGAL_FUNCTION"),
    (0xc000_00b0, "STATUS_PIPE_DISCONNECTED"),
    (0xc000_00b1, "STATUS_PIPE_CLOSING"),
    (0xc000_00b2, "STATUS_PIPE_CONNECTED"),
    (0xc000_00b3, "STATUS_PIPE_LISTENING"),
    (0xc000_00b4, "STATUS_INVALID_READ_MODE"),
    (0xc000_00b5, "STATUS_IO_TIMEOUT"),
    (0xc000_00b6, "STATUS_FILE_FORCED_CLOSED"),
    (0xc000_00ba, "STATUS_FILE_IS_A_DIRECTORY"),
    (0xc000_00bb, "STATUS_NOT_SUPPORTED"),
    (0xc000_00be, "STATUS_BAD_NETWORK_PATH"),
    (0xc000_00bf, "STATUS_NETWORK_BUSY"),
    (0xc000_00c4, "STATUS_UNEXPECTED_NETWORK_ERROR"),
    (0xc000_00c9, "STATUS_NETWORK_NAME_DELETED"),
    (0xc000_00ca, "STATUS_NETWORK_ACCESS_DENIED"),
    (0xc000_00cb, "STATUS_BAD_DEVICE_TYPE"),
    (0xc000_00cc, "STATUS_BAD_NETWORK_NAME"),
    (0xc000_00ce, "STATUS_TOO_MANY_SESSIONS"),
    (0xc000_00d0, "STATUS_REQUEST_NOT_ACCEPTED"),
    (0xc000_00d4, "STATUS_NOT_SAME_DEVICE"),
    (0xc000_00d5, "STATUS_FILE_RENAMED"),
    (0xc000_00d9, "STATUS_PIPE_EMPTY"),
    (0xc000_00e5, "STATUS_INTERNAL_ERROR"),
    (0xc000_0101, "STATUS_DIRECTORY_NOT_EMPTY"),
    (0xc000_0103, "STATUS_NOT_A_DIRECTORY"),
    (0xc000_010a, "STATUS_PROCESS_IS_TERMINATING"),
    (0xc000_011f, "STATUS_TOO_MANY_OPENED_FILES"),
    (0xc000_0120, "STATUS_CANCELLED"),
    (0xc000_0121, "STATUS_CANNOT_DELETE"),
    (0xc000_0123, "STATUS_FILE_DELETED"),
    (0xc000_0128, "STATUS_FILE_CLOSED"),
    (0xc000_013a, "STATUS_CONTROL_C_EXIT"),
    (0xc000_014b, "STATUS_PIPE_BROKEN"),
    (0xc000_0193, "STATUS_ACCOUNT_EXPIRED"),
    (0xc000_019c, "STATUS_FS_DRIVER_REQUIRED"),
    (0xc000_0203, "STATUS_USER_SESSION_DELETED"),
    (0xc000_0205, "STATUS_INSUFF_SERVER_RESOURCES"),
    (0xc000_020c, "STATUS_CONNECTION_DISCONNECTED"),
    (0xc000_020d, "STATUS_CONNECTION_RESET"),
    (0xc000_0224, "STATUS_PASSWORD_MUST_CHANGE"),
    (0xc000_0225, "STATUS_NOT_FOUND"),
    (0xc000_0233, "STATUS_DOMAIN_CONTROLLER_NOT_FOUND"),
    (0xc000_0234, "STATUS_ACCOUNT_LOCKED_OUT"),
    (0xc000_0257, "STATUS_PATH_NOT_COVERED"),
    (0xc000_0275, "STATUS_NOT_A_REPARSE_POINT"),
    (0xc000_035c, "STATUS_NETWORK_SESSION_EXPIRED"),
    (0xc000_0388, "STATUS_DOWNGRADE_DETECTED"),
    (0xc000_05d0, "STATUS_SMB_BAD_CLUSTER_DIALECT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(Status::Nt(0xc000_0016).name(), "STATUS_MORE_PROCESSING_REQUIRED");
        assert_eq!(
            (
                Status::Dos(2, 0x5b).name().as_ref(),
                Status::Dos(2, 0x5b).code().as_str()
            ),
            ("SRV_BADUID", "0x005b")
        );
        assert_eq!(
            (Status::Dos(1, 5).name().as_ref(), Status::Dos(1, 5).code().as_str()),
            ("5", "0x0005")
        );
        assert_eq!(Status::Dos(0, 0).name(), "UNKNOWN_00_0000");
        assert!(STATUS.is_sorted_by_key(|(code, _)| *code));
    }
}
