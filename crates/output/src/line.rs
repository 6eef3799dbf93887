//! The line that an alert is in fast.log.

use std::fmt;

use anstyle::Style;
use engine::eve::{Address, Origin, civil, protocol_name};
use engine::event::{Alert, PacketRecord};
use engine::rule::RuleMeta;
use packet::Timestamp;

/// An alert as a line, without its line feed.
pub(crate) struct AlertLine<'a> {
    alert: &'a Alert,
    rule: Option<&'a RuleMeta>,
    options: AlertLineOptions,
    /// How the rule and its priority look on a terminal.
    pub style: Style,
}

/// How alerts are written as lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertLineOptions {
    /// IPv6 addresses are written short.
    pub ipv6_compress: bool,
    /// The engine drops what rules ask it to drop: alerts of such rules are marked `[Drop]`, else `[wDrop]`.
    pub inline: bool,
}

impl<'a> AlertLine<'a> {
    pub fn new(alert: &'a Alert, origin: &Origin<'a>, options: AlertLineOptions) -> Self {
        let rule = origin.rules.get(alert.rule as usize);
        Self {
            alert,
            rule,
            options,
            style: Style::new(),
        }
    }

    /// 1 is the gravest.
    pub fn priority(&self) -> u8 {
        self.rule.map_or(0, |rule| rule.priority)
    }
}

impl fmt::Display for AlertLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packet = &self.alert.packet;
        let style = self.style;
        write!(f, "{}  {}[**] ", Moment(packet.time), self.marker())?;
        match self.rule {
            Some(rule) => {
                let (msg, class) = (Text(&rule.msg), Text(&rule.category));
                write!(
                    f,
                    "{style}[{}:{}:{}] {msg}{style:#} [**] [Classification: {class}] ",
                    rule.gid, rule.sid, rule.rev
                )?;
            }
            None => write!(f, "[1:0:0] {none} [**] [Classification: {none}] ", none = Text(""))?,
        }
        write!(f, "{style}[Priority: {}]{style:#} ", self.priority())?;
        match packet.addresses {
            Some(_) => self.endpoints(f),
            None => raw(packet, f),
        }
    }
}

impl AlertLine<'_> {
    /// Dropped, or would have been if the engine could.
    fn marker(&self) -> &'static str {
        match (self.alert.drops, self.options.inline) {
            (true, true) => "[Drop] ",
            (true, false) => "[wDrop] ",
            (false, _) => "",
        }
    }

    fn endpoints(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packet = &self.alert.packet;
        let Some((src, dst)) = packet.addresses else {
            return Ok(());
        };
        let number = packet.protocol.unwrap_or_default();
        match protocol_name(number) {
            Some(name) => write!(f, "{{{name}}} ")?,
            None => write!(f, "{{PROTO:{number:03}}} ")?,
        }
        // Suricata: type and code of ICMP are in the place of ports.
        let icmp = packet.icmp.map(|(kind, code)| (kind.into(), code.into()));
        let (from, to): (u16, u16) = packet.ports.or(icmp).unwrap_or_default();
        let address = |ip| Address {
            ip,
            compress: self.options.ipv6_compress,
        };
        write!(f, "{}:{from} -> {}:{to}", address(src), address(dst))
    }
}

/// Of a packet without addresses: its first bytes, if they were kept, and its place in the capture.
fn raw(packet: &PacketRecord, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("[**]")?;
    if let Some((data, _)) = &packet.packet {
        f.write_str(" [Raw pkt: ")?;
        for byte in data.iter().take(RAW_BYTES) {
            write!(f, "{byte:02X} ")?;
        }
        f.write_str("]")?;
    }
    match packet.number {
        Some(number) => write!(f, " [pcap file packet: {number}]"),
        None => Ok(()),
    }
}

/// A time in UTC: `11/14/2023-22:13:21.089011`.
struct Moment(Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.secs();
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{month:02}/{day:02}/{year:04}-{hour:02}:{minute:02}:{second:02}.{:06}",
            self.0.micros()
        )
    }
}

/// Text of a rule. Control characters are escaped: rules come from others, and must neither forge lines nor command
/// the terminal.
pub(crate) struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Suricata: what a rule does not say is `(null)`.
        if self.0.is_empty() {
            return f.write_str("(null)");
        }
        if !self.0.contains(char::is_control) {
            return f.write_str(self.0);
        }
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Suricata shows so many bytes of a packet.
const RAW_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn lines(events: &[engine::event::Event], options: AlertLineOptions) -> String {
        let rules = sample::rules();
        let origin = sample::origin(&rules);
        let alerts = events.iter().filter_map(|event| match &event.body {
            engine::event::Body::Alert(alert) => Some(AlertLine::new(alert, &origin, options).to_string()),
            _ => None,
        });
        alerts.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn lines_are_those_of_suricata() {
        insta::assert_snapshot!(lines(&sample::events(), AlertLineOptions::default()));
    }

    #[test]
    fn an_engine_that_drops_says_so() {
        let inline = lines(
            &sample::events(),
            AlertLineOptions {
                inline: true,
                ..AlertLineOptions::default()
            },
        );
        assert_eq!(
            (
                inline.matches("  [Drop] [**] ").count(),
                inline.matches("wDrop").count()
            ),
            (1, 0)
        );
    }

    #[test]
    fn rules_cannot_command_the_terminal() {
        assert_eq!(Text("a\u{1b}[31m\nb\u{9b}").to_string(), "a\\u{1b}[31m\\nb\\u{9b}");
        assert_eq!(Text("grün").to_string(), "grün");
    }

    #[test]
    fn ipv6_may_be_short() {
        let short = lines(
            &sample::events(),
            AlertLineOptions {
                ipv6_compress: true,
                ..AlertLineOptions::default()
            },
        );
        assert!(short.contains("fe80::2e7e:81ff:feb0:4aa1:134 -> ff02::1:0"));
    }
}
