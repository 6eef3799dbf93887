//! The timestamp option: protection against wrapped sequence numbers (RFC 7323 section 5).

use super::config::OsPolicy;
use super::endpoint::Marks;
use super::event::StreamEvent;
use super::session::Traits;
use super::turn::Turn;

impl Turn<'_> {
    /// Whether the segment's timestamp does not go back; raises the event otherwise.
    pub(super) fn timestamp_is_valid(&mut self) -> bool {
        let Some((value, _)) = self.segment.timestamps.filter(|_| self.is(Traits::TIMESTAMP)) else {
            return true;
        };
        let os = self.receiver().os;
        if !self.must_check(value, os) {
            return true;
        }
        let valid = !(value == 0 && !accepts_zero(os)) && self.goes_on(value, os);
        if !valid {
            self.event(StreamEvent::PktInvalidTimestamp);
        }
        valid
    }

    /// Notes the segment's timestamp if it is valid; so it says.
    pub(super) fn note_timestamp(&mut self) -> bool {
        let Some((value, _)) = self.segment.timestamps.filter(|_| self.is(Traits::TIMESTAMP)) else {
            return true;
        };
        if !self.timestamp_is_valid() {
            return false;
        }
        let (seq, now) = (self.segment.seq(), self.segment.time.secs());
        let sender = self.sender_mut();
        if sender.next_seq == seq {
            sender.last_ts = value;
        }
        sender.last_ts_secs = now;
        true
    }

    /// Settles what stacks do differently; whether there is anything left to compare.
    fn must_check(&mut self, value: u32, os: OsPolicy) -> bool {
        let expected = self.sender().next_seq == self.segment.seq();
        let mut check = true;
        if self.sender().marks.has(Marks::ZERO_TIMESTAMP) {
            match os {
                OsPolicy::Linux | OsPolicy::Windows2k3 => {
                    self.session.traits.clear(Traits::TIMESTAMP);
                    check = false;
                }
                OsPolicy::OldLinux | OsPolicy::Windows | OsPolicy::Vista => {
                    let sender = self.sender_mut();
                    sender.marks.clear(Marks::ZERO_TIMESTAMP);
                    if expected {
                        sender.last_ts = value;
                        check = false;
                    }
                }
                _ => {}
            }
        }
        if os == OsPolicy::Hpux11 && !expected {
            check = false;
        }
        check && !(value == 0 && accepts_zero(os))
    }

    /// Whether `value` is not older than the last one, or the last one is too old to compare with.
    fn goes_on(&mut self, value: u32, os: OsPolicy) -> bool {
        let now = self.segment.time.secs();
        let expected = self.sender().next_seq == self.segment.seq();
        let tolerant = os == OsPolicy::Linux || self.config.liberal_timestamps;
        let midstream = self.is(Traits::MIDSTREAM);
        let sender = self.sender_mut();
        if sender.last_ts_secs == 0 && midstream {
            sender.last_ts_secs = now;
        }
        let step = value.wrapping_add(u32::from(tolerant)).wrapping_sub(sender.last_ts) as i32;
        let idle = now.saturating_sub(sender.last_ts_secs) > PAWS_IDLE_SECS;
        if step >= 0 && !(sender.last_ts != 0 && idle) {
            return true;
        }
        // RFC: 7323 section 5.5, a timestamp that was not renewed for 24 days says nothing.
        if expected && idle {
            sender.last_ts = value;
            return true;
        }
        false
    }
}

/// Stacks that do not mind a timestamp of 0.
fn accepts_zero(os: OsPolicy) -> bool {
    matches!(
        os,
        OsPolicy::OldLinux | OsPolicy::Windows | OsPolicy::Windows2k3 | OsPolicy::Vista | OsPolicy::Solaris
    )
}

/// 24 days.
const PAWS_IDLE_SECS: i64 = 24 * 24 * 60 * 60;
