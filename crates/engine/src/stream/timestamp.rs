//! The timestamp option: protection against wrapped sequence numbers (RFC 7323 section 5).

use super::config::OsPolicy;
use super::endpoint::{Marks, Seconds};
use super::event::StreamEvent;
use super::session::Traits;
use super::turn::Turn;

impl Turn<'_> {
    /// Whether the segment's timestamp does not go back; raises the event otherwise.
    pub(super) fn timestamp_is_valid(&mut self) -> bool {
        let Some((value, _)) = self.segment.timestamps.filter(|_| self.is(Traits::TIMESTAMP)) else {
            return true;
        };
        let valid = match self.settle_zero(value) {
            Some(settled) => settled,
            None => self.goes_on(value),
        };
        if !valid {
            self.event(StreamEvent::PktInvalidTimestamp);
        }
        valid
    }

    /// Notes the segment's timestamp, if it is valid.
    pub(super) fn note_timestamp(&mut self) {
        let Some((value, _)) = self.segment.timestamps.filter(|_| self.is(Traits::TIMESTAMP)) else {
            return;
        };
        if !self.timestamp_is_valid() {
            return;
        }
        let (seq, now) = (self.segment.seq(), Seconds::of(self.segment.time));
        let sender = self.sender_mut();
        if sender.next_seq == seq && is_newer(value, sender.last_ts) {
            sender.last_ts = value;
        }
        sender.last_ts_secs = now;
    }

    /// Decides where zeros are involved: stacks differ on whether they count as timestamps.
    fn settle_zero(&mut self, value: u32) -> Option<bool> {
        let os = self.receiver().os;
        let began_with_zero = self.sender().marks.has(Marks::ZERO_TIMESTAMP);
        match (value, began_with_zero) {
            (0, false) => Some(false),
            (0, true) => {
                if takes_zero(os) {
                    self.session.traits.clear(Traits::TIMESTAMP);
                }
                Some(takes_zero(os))
            }
            (_, true) if matches!(os, OsPolicy::Linux | OsPolicy::Windows2k3) => {
                self.session.traits.clear(Traits::TIMESTAMP);
                Some(true)
            }
            (_, true) if takes_zero(os) => {
                let expected = self.sender().next_seq == self.segment.seq();
                let sender = self.sender_mut();
                sender.marks.clear(Marks::ZERO_TIMESTAMP);
                if expected {
                    sender.last_ts = value;
                }
                Some(true)
            }
            _ => None,
        }
    }

    /// Whether `value` is not older than the last one, or the last one is too old to compare with.
    fn goes_on(&mut self, value: u32) -> bool {
        let now = Seconds::of(self.segment.time);
        let expected = self.sender().next_seq == self.segment.seq();
        if self.receiver().os == OsPolicy::Hpux11 && !expected {
            return true;
        }
        let midstream = self.is(Traits::MIDSTREAM);
        let sender = self.sender_mut();
        if sender.last_ts_secs == Seconds::default() && midstream {
            sender.last_ts_secs = now;
        }
        // Suricata: one back is still accepted.
        if is_newer(value.wrapping_add(1), sender.last_ts) {
            return true;
        }
        // RFC: 7323 section 5.5, a timestamp that was not renewed for 24 days says nothing.
        if expected && now.since(sender.last_ts_secs) > PAWS_IDLE_SECS {
            sender.last_ts = value;
            return true;
        }
        false
    }
}

/// Whether `value` is `last` or a later timestamp; they wrap.
fn is_newer(value: u32, last: u32) -> bool {
    value.wrapping_sub(last) as i32 >= 0
}

/// Stacks that take part in timestamps that begin with 0.
fn takes_zero(os: OsPolicy) -> bool {
    matches!(
        os,
        OsPolicy::OldLinux | OsPolicy::Windows | OsPolicy::Windows2k3 | OsPolicy::Vista | OsPolicy::Solaris
    )
}

/// 24 days.
const PAWS_IDLE_SECS: i32 = 24 * 86_400;
