//! Programs and libraries.

use super::Told;
use super::read::{be16, be32, byte, le16, le32};

/// A program that begins like this.
pub(super) fn tell(data: &[u8]) -> Told {
    windows(data).or_else(|| elf(data)).or_else(|| others(data))
}

/// Microsoft's PE format: the old header names the place of the new one.
fn windows(data: &[u8]) -> Told {
    if !data.starts_with(b"MZ") || data.len() < DOS_HEADER {
        return None;
    }
    Some(portable(data).unwrap_or("MS-DOS executable".into()))
}

/// The length of the old header.
const DOS_HEADER: usize = 64;

fn portable(data: &[u8]) -> Told {
    let at = usize::try_from(le32(data, 0x3c)?).ok()?;
    let new = data.get(at..)?;
    match new.get(..4)? {
        b"PE\0\0" => {}
        [b'N', b'E', ..] => return Some("MS-DOS executable, NE for MS Windows 3.x".into()),
        _ => return None,
    }
    let machine = match le16(new, 4)? {
        0x014c => "Intel 80386",
        0x8664 => "x86-64",
        0x0200 => "Intel Itanium",
        0x01c0 => "ARM",
        0x01c4 => "ARMv7 Thumb",
        0xaa64 => "Aarch64",
        0x0166 => "MIPS R4000",
        0x01f0 => "PowerPC",
        _ => "unknown processor",
    };
    let format = match le16(new, 24).unwrap_or(0x10b) {
        0x20b => "PE32+",
        _ => "PE32",
    };
    let library = if le16(new, 22).unwrap_or(0) & 0x2000 != 0 {
        "(DLL) "
    } else {
        ""
    };
    let subsystem = match le16(new, 24 + 68).unwrap_or(0) {
        1 => "(native) ",
        2 => "(GUI) ",
        3 => "(console) ",
        7 => "(POSIX) ",
        9 => "(Windows CE) ",
        10 => "(EFI application) ",
        11 => "(EFI boot service driver) ",
        12 => "(EFI runtime driver) ",
        _ => "",
    };
    // The 15th directory is that of .NET's header.
    let directories = if format == "PE32+" { 112 } else { 96 };
    let managed = le32(new, 24 + directories + 14 * 8).is_some_and(|address| address != 0);
    let managed = if managed && le32(new, 24 + directories - 4).is_some_and(|n| n > 14) {
        " Mono/.Net assembly"
    } else {
        ""
    };
    Some(format!("{format} executable {library}{subsystem}{machine}{managed}, for MS Windows").into())
}

/// The System V ABI, chapter 4.
fn elf(data: &[u8]) -> Told {
    if !data.starts_with(b"\x7fELF") {
        return None;
    }
    let big = byte(data, 5) == Some(2);
    let number = |at| if big { be16(data, at) } else { le16(data, at) };
    let bits = if byte(data, 4) == Some(2) { "64" } else { "32" };
    let order = if big { "MSB" } else { "LSB" };
    let kind = match number(16) {
        Some(1) => "relocatable",
        Some(2) => "executable",
        Some(3) => "shared object",
        Some(4) => "core file",
        _ => return Some(format!("ELF {bits}-bit {order}").into()),
    };
    let machine = match number(18) {
        Some(2) => "SPARC",
        Some(3) => "Intel 80386",
        Some(4) => "Motorola m68k",
        Some(8) => "MIPS",
        Some(20) => "PowerPC or cisco 4500",
        Some(21) => "64-bit PowerPC or cisco 7500",
        Some(22) => "IBM S/390",
        Some(40) => "ARM",
        Some(42) => "Renesas SH",
        Some(62) => "x86-64",
        Some(183) => "ARM aarch64",
        Some(243) => "UCB RISC-V",
        _ => "unknown processor",
    };
    let system = match byte(data, 7) {
        Some(3) => "GNU/Linux",
        Some(9) => "FreeBSD",
        _ => "SYSV",
    };
    Some(format!("ELF {bits}-bit {order} {kind}, {machine}, version 1 ({system})").into())
}

fn others(data: &[u8]) -> Told {
    match data {
        [0xca, 0xfe, 0xba, 0xbe, ..] => {
            // A Mach-O with several architectures begins alike; it has few, a class file a high version.
            return Some(match be32(data, 4) {
                Some(n) if n < 20 => format!("Mach-O universal binary with {n} architectures").into(),
                Some(n) if n & 0xffff >= 49 => {
                    let (major, minor) = (n & 0xffff, n >> 16);
                    format!(
                        "compiled Java class data, version {major}.{minor} (Java 1.{})",
                        major - 44
                    )
                    .into()
                }
                Some(n) => format!("compiled Java class data, version {}.{}", n & 0xffff, n >> 16).into(),
                None => "data".into(),
            });
        }
        [0xcf, 0xfa, 0xed, 0xfe, ..] => return Some(format!("Mach-O 64-bit {}", mach_machine(data)).into()),
        [0xce, 0xfa, 0xed, 0xfe, ..] => return Some(format!("Mach-O {}", mach_machine(data)).into()),
        _ => {}
    }
    if let Some(version) = data.strip_prefix(b"dex\n") {
        let version = version.get(..3).unwrap_or_default();
        return Some(format!("Dalvik dex file version {}", String::from_utf8_lossy(version)).into());
    }
    let starts: &[(&[u8], &str)] = &[
        (b"\0asm\x01\0\0\0", "WebAssembly (wasm) binary module version 0x1 (MVP)"),
        (b"L\0\0\0\x01\x14\x02\0", "MS Windows shortcut"),
    ];
    let found = starts.iter().find(|(start, _)| data.starts_with(start));
    found.map(|(_, kind)| (*kind).into())
}

fn mach_machine(data: &[u8]) -> String {
    let machine = match le32(data, 4) {
        Some(7) => "i386",
        Some(0x0100_0007) => "x86_64",
        Some(12) => "arm",
        Some(0x0100_000c) => "arm64",
        _ => "unknown processor",
    };
    let kind = match le32(data, 12) {
        Some(1) => "object",
        Some(6) => "dynamically linked shared library",
        Some(8) => "bundle",
        _ => "executable",
    };
    format!("{machine} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pe(machine: u16, magic: u16, flags: u16, subsystem: u16) -> Vec<u8> {
        let mut pe = b"MZ".to_vec();
        pe.resize(0x3c, 0);
        pe.extend(0x80u32.to_le_bytes());
        pe.resize(0x80, 0);
        pe.extend(b"PE\0\0");
        pe.extend(machine.to_le_bytes());
        pe.resize(0x80 + 22, 0);
        pe.extend(flags.to_le_bytes());
        pe.extend(magic.to_le_bytes());
        pe.resize(0x80 + 24 + 68, 0);
        pe.extend(subsystem.to_le_bytes());
        pe.resize(0x200, 0);
        pe
    }

    #[test]
    fn windows_programs() {
        assert_eq!(
            tell(&pe(0x14c, 0x10b, 0x102, 2)).as_deref(),
            Some("PE32 executable (GUI) Intel 80386, for MS Windows")
        );
        assert_eq!(
            tell(&pe(0x8664, 0x20b, 0x2022, 3)).as_deref(),
            Some("PE32+ executable (DLL) (console) x86-64, for MS Windows")
        );
        assert_eq!(
            tell(&[b"MZ".as_slice(), &[0; 62]].concat()).as_deref(),
            Some("MS-DOS executable")
        );
        assert_eq!(tell(b"MZ as a text"), None);
    }

    #[test]
    fn other_programs() {
        let mut elf = b"\x7fELF\x02\x01\x01\0".to_vec();
        elf.resize(16, 0);
        elf.extend([3, 0, 62, 0]);
        assert_eq!(
            tell(&elf).as_deref(),
            Some("ELF 64-bit LSB shared object, x86-64, version 1 (SYSV)")
        );
        assert_eq!(
            tell(b"\xca\xfe\xba\xbe\0\0\0\x34").as_deref(),
            Some("compiled Java class data, version 52.0 (Java 1.8)")
        );
    }
}
