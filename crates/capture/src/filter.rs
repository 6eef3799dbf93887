//! BPF filters: libpcap's expressions, compiled here and run over frames.

use packet::LinkType;
use pcap::{BpfProgram, Capture, Linktype};

use crate::error::CaptureError;
use crate::file::Frame;

/// A capture filter such as `tcp port 80`, in the syntax of pcap-filter(7).
///
/// Compiled once per link type that occurs. Host names are looked up while compiling, as in tcpdump.
pub struct Filter {
    expression: String,
    programs: Vec<(LinkType, Program)>,
}

impl Filter {
    /// Checks that the expression compiles, for Ethernet or for another link type.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Filter`] with libpcap's reason.
    pub fn new(expression: &str) -> Result<Self, CaptureError> {
        let mut filter = Self {
            expression: expression.into(),
            programs: Vec::new(),
        };
        let first = filter.program(LinkType::Ethernet).err();
        match first {
            Some(error) if !OTHERS.iter().any(|&link| filter.program(link).is_ok()) => Err(error),
            _ => Ok(filter),
        }
    }

    /// Whether the frame passes.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Filter`] where the expression means nothing for the frame's link type.
    pub fn matches(&mut self, frame: &Frame<'_>) -> Result<bool, CaptureError> {
        Ok(self.program(frame.link)?.0.filter(frame.data))
    }

    fn program(&mut self, link: LinkType) -> Result<&Program, CaptureError> {
        let at = match self.programs.iter().position(|(of, _)| *of == link) {
            Some(at) => at,
            None => {
                let program = compile(&self.expression, link).map_err(|e| filter_error(&self.expression, link, &e))?;
                self.programs.push((link, Program(program)));
                self.programs.len() - 1
            }
        };
        Ok(&self.programs[at].1)
    }
}

/// A compiled filter that may go to another thread.
struct Program(BpfProgram);

// SAFETY: a `BpfProgram` is an array of instructions that libpcap allocated and that nothing else
// points to; running it reads the array, dropping it frees it, and neither minds which thread does.
#[allow(unsafe_code)]
unsafe impl Send for Program {}

/// The error of an expression that does not compile, with a caret where that can be told.
pub(crate) fn filter_error(expression: &str, link: LinkType, error: &pcap::Error) -> CaptureError {
    let text = reason(error);
    let column = column(expression, link, &text);
    let reason = if link == LinkType::Ethernet {
        text
    } else {
        format!("{text} (for link type {})", link.name())
    };
    CaptureError::Filter {
        expression: expression.into(),
        reason,
        column,
    }
}

/// What libpcap says, without the crate's prefix.
pub(crate) fn reason(error: &pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The program of an expression for the kernel to run on this interface; frames that pass are cut to `snaplen` bytes.
///
/// Compiled on the interface itself, since the kernel has taken VLAN tags out of the frames it filters: then libpcap
/// looks for them where they are.
#[cfg(target_os = "linux")]
pub(crate) fn kernel_program(
    interface: &str,
    expression: &str,
    snaplen: u32,
) -> Result<Vec<libc::sock_filter>, CaptureError> {
    let on_interface = Capture::from_device(interface).and_then(|capture| {
        let capture = capture.snaplen(i32::try_from(snaplen).unwrap_or(i32::MAX));
        // It reads nothing: the smallest ring will do.
        capture.buffer_size(64 * 1024).open()
    });
    let on_interface = on_interface.map_err(|e| crate::live::cannot_open(interface, &reason(&e)))?;
    let link = LinkType::from_pcap(on_interface.get_datalink().0 as u32);
    let program = on_interface
        .compile(expression, true)
        .map_err(|e| filter_error(expression, link, &e))?;
    let instructions = program.get_instructions().iter();
    let converted: Option<Vec<_>> = instructions.map(|one| instruction(&one.to_string())).collect();
    converted.ok_or_else(|| CaptureError::Filter {
        expression: expression.into(),
        reason: "the compiled program cannot be read".into(),
        column: None,
    })
}

/// An instruction as the pcap crate prints it, which shows it no other way: code, both jumps, operand.
#[cfg(target_os = "linux")]
fn instruction(text: &str) -> Option<libc::sock_filter> {
    let mut numbers = text.split_ascii_whitespace();
    let read = libc::sock_filter {
        code: numbers.next()?.parse().ok()?,
        jt: numbers.next()?.parse().ok()?,
        jf: numbers.next()?.parse().ok()?,
        k: numbers.next()?.parse().ok()?,
    };
    numbers.next().is_none().then_some(read)
}

fn compile(expression: &str, link: LinkType) -> Result<BpfProgram, pcap::Error> {
    // By name, since libpcap numbers raw IP otherwise in memory than in files.
    Capture::dead(Linktype::from_name(link.name())?)?.compile(expression, true)
}

/// Where in the expression the error is, bytes from its start.
// libpcap does not tell. Where it quotes a word, that is it; a syntax error is at the first word
// with which no beginning of the expression can be completed.
fn column(expression: &str, link: LinkType, reason: &str) -> Option<usize> {
    if let Some((_, (word, _))) = reason
        .split_once('\'')
        .and_then(|(a, b)| Some((a, b.split_once('\'')?)))
    {
        return expression.find(word).filter(|_| !word.is_empty());
    }
    if !reason.contains(SYNTAX) || words(expression).count() > WORD_LIMIT || looks_up_names(expression) {
        return None;
    }
    let bad = words(expression).find(|&(start, word)| !can_go_on(&expression[..start + word.len()], link));
    Some(bad.map_or(expression.len(), |(start, _)| start))
}

/// Whether something may follow that makes a filter of it.
fn can_go_on(beginning: &str, link: LinkType) -> bool {
    let count = |c: char| beginning.matches(c).count();
    let closing = ")".repeat(count('(').saturating_sub(count(')')));
    [
        "",
        " ip",
        " 1",
        " 1.2.3.4",
        " 1 = 1",
        "1] = 1",
        "] = 1",
        " = 1",
        " 00:00:00:00:00:00",
    ]
    .iter()
    .any(|rest| match compile(&format!("{beginning}{rest}{closing}"), link) {
        Ok(_) => true,
        Err(e) => !reason(&e).contains(SYNTAX),
    })
}

/// The words of an expression and where they start.
fn words(expression: &str) -> impl Iterator<Item = (usize, &str)> {
    expression
        .split_ascii_whitespace()
        .map(|word| (word.as_ptr() as usize - expression.as_ptr() as usize, word))
}

/// Whether compiling it asks the resolver, which may take seconds each time.
fn looks_up_names(expression: &str) -> bool {
    let named = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let pairs = words(expression).zip(words(expression).skip(1));
    words(expression).any(|(_, word)| named(word) && word.contains('.'))
        || pairs
            .into_iter()
            .any(|((_, word), (_, next))| matches!(word, "host" | "gateway") && named(next))
}

const SYNTAX: &str = "syntax error";

// LIMIT: words of an expression in which a syntax error is looked for.
const WORD_LIMIT: usize = 64;

/// What else an expression may be meant for.
const OTHERS: [LinkType; 5] = [
    LinkType::RawIp,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
    LinkType::Null,
    LinkType::Ppp,
];

#[cfg(test)]
mod tests {
    use packet::Timestamp;

    use super::*;

    /// An IPv4 UDP datagram to port 53 without a link layer.
    const DATAGRAM: [u8; 28] = [
        0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x30, 0x39, 0, 53, 0, 8, 0, 0,
    ];

    fn ethernet() -> Vec<u8> {
        let mut frame = vec![2; 12];
        frame.extend([8, 0]);
        frame.extend(DATAGRAM);
        frame
    }

    fn frame(data: &[u8], link: LinkType) -> Frame<'_> {
        Frame {
            data,
            time: Timestamp(0),
            number: 1,
            link,
            orig_len: data.len() as u32,
            interface: 0,
        }
    }

    #[test]
    fn one_filter_serves_every_link_type() {
        let mut filter = Filter::new("udp port 53 and dst host 10.0.0.2").unwrap();
        let ethernet = ethernet();
        assert!(filter.matches(&frame(&ethernet, LinkType::Ethernet)).unwrap());
        assert!(filter.matches(&frame(&DATAGRAM, LinkType::RawIp)).unwrap());
        assert!(!filter.matches(&frame(&DATAGRAM, LinkType::Ethernet)).unwrap());
        assert!(
            !Filter::new("tcp")
                .unwrap()
                .matches(&frame(&ethernet, LinkType::Ethernet))
                .unwrap()
        );
        assert!(
            Filter::new("")
                .unwrap()
                .matches(&frame(&ethernet, LinkType::Ethernet))
                .unwrap()
        );
    }

    #[test]
    fn a_filter_goes_to_another_thread() {
        let mut filter = Filter::new("udp").unwrap();
        let passes = std::thread::spawn(move || filter.matches(&frame(&ethernet(), LinkType::Ethernet)).unwrap());
        assert!(passes.join().unwrap());
    }

    #[test]
    fn a_filter_for_another_link_type_is_told_when_it_meets_one() {
        let mut filter = Filter::new("ether host 00:11:22:33:44:55").unwrap();
        let error = filter
            .matches(&frame(&DATAGRAM, LinkType::RawIp))
            .unwrap_err()
            .to_string();
        assert!(error.contains("(for link type RAW)"), "{error}");
    }

    #[test]
    fn the_resolver_is_not_asked_again_for_a_caret() {
        for (expression, asks) in [
            ("host server andd tcp", true),
            ("www.example.org", true),
            ("host 1.2.3.4", false),
        ] {
            assert_eq!(looks_up_names(expression), asks, "{expression}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn compiled_programs_can_be_read() {
        let program = compile("udp port 53", LinkType::Ethernet).unwrap();
        let read = program
            .get_instructions()
            .iter()
            .map(|one| instruction(&one.to_string()).unwrap());
        let read: Vec<_> = read.collect();
        assert_eq!((read[0].code, read[0].k), (0x28, 12), "ldh [12]");
        assert_eq!((read.last().unwrap().code, read.last().unwrap().k), (6, 0), "ret #0");
        assert!(instruction("1 2 3").is_none());
        assert!(instruction("1 2 3 4 5").is_none());
    }

    #[test]
    fn errors_point_at_the_word() {
        for (expression, column) in [
            ("tcp prt 80", Some(4)),
            ("tcp port 80 andd host 1.2.3.4", Some(12)),
            ("tcp and and udp", Some(8)),
            ("tcp and", Some(7)),
            ("(tcp or udp", Some(11)),
            ("port abc", Some(5)),
            ("tcp[13] & 2 != 0 foo", Some(17)),
        ] {
            match Filter::new(expression) {
                Err(CaptureError::Filter { column: is, reason, .. }) => {
                    assert_eq!(is, column, "{expression}: {reason}")
                }
                other => panic!("{expression}: {:?}", other.err()),
            }
        }
    }
}
