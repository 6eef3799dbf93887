//! What is wrong with a TCP conversation: the `stream-event:` keyword's vocabulary.

/// Declares the events with the names rules and EVE know them by.
macro_rules! stream_events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// An anomaly of a TCP session or of its reassembly.
        ///
        /// The names are those of Suricata's `stream-event:` keyword.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum StreamEvent {
            $($(#[$doc])* $variant,)+
        }

        impl StreamEvent {
            /// Every event, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in rules (`stream-event:NAME`), in anomaly records (`stream.NAME`) and in statistics.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

stream_events! {
    /// A handshake's ACK came from the server.
    ThreeWayAckInWrongDir = "3whs_ack_in_wrong_dir",
    /// A one-sided conversation goes on at a sequence number other than the one after its SYN.
    ThreeWayAsyncWrongSeq = "3whs_async_wrong_seq",
    /// The handshake's ACK has the right sequence number and acknowledges something else than the SYN/ACK.
    ThreeWayRightSeqWrongAckEvasion = "3whs_right_seq_wrong_ack_evasion",
    /// A SYN/ACK from the client.
    ThreeWaySynackInWrongDirection = "3whs_synack_in_wrong_direction",
    /// A SYN/ACK was sent again with another acknowledgement number.
    ThreeWaySynackResendWithDifferentAck = "3whs_synack_resend_with_diff_ack",
    /// A SYN/ACK was sent again with another initial sequence number.
    ThreeWaySynackResendWithDiffSeq = "3whs_synack_resend_with_diff_seq",
    /// A SYN/ACK from the client after the server's.
    ThreeWaySynackToserverOnSynRecv = "3whs_synack_toserver_on_syn_recv",
    /// A SYN/ACK that does not acknowledge the SYN.
    ThreeWaySynackWithWrongAck = "3whs_synack_with_wrong_ack",
    /// More different SYN/ACKs than are remembered.
    ThreeWaySynackFlood = "3whs_synack_flood",
    /// More different SYNs than are remembered.
    ThreeWaySynFlood = "3whs_syn_flood",
    /// Another SYN after the SYN/ACK, with another initial sequence number.
    ThreeWaySynResendDiffSeqOnSynRecv = "3whs_syn_resend_diff_seq_on_syn_recv",
    /// A SYN from the server after its SYN/ACK.
    ThreeWaySynToclientOnSynRecv = "3whs_syn_toclient_on_syn_recv",
    /// An ACK during the handshake with neither number right.
    ThreeWayWrongSeqWrongAck = "3whs_wrong_seq_wrong_ack",
    /// Data to the client before the handshake is over: injection is suspected.
    ThreeWayAckDataInject = "3whs_ack_data_inject",
    /// The SYN/ACK leaves out the data that came with the SYN (TCP fast open).
    ThreeWaySynackTfoDataIgnored = "3whs_synack_tfo_data_ignored",
    /// The SYN/ACK of a simultaneous open has the wrong acknowledgement number.
    FourWaySynackWithWrongAck = "4whs_synack_with_wrong_ack",
    /// The SYN/ACK of a simultaneous open has another initial sequence number than the SYN.
    FourWaySynackWithWrongSyn = "4whs_synack_with_wrong_syn",
    /// The last ACK of a simultaneous open has the wrong sequence number.
    FourWayWrongSeq = "4whs_wrong_seq",
    /// The last ACK of a simultaneous open has the wrong acknowledgement number.
    FourWayInvalidAck = "4whs_invalid_ack",
    /// A packet in CLOSE_WAIT is outside the window.
    CloseWaitAckOutOfWindow = "closewait_ack_out_of_window",
    /// A FIN in CLOSE_WAIT is outside the window.
    CloseWaitFinOutOfWindow = "closewait_fin_out_of_window",
    /// A packet in CLOSE_WAIT ends before what is acknowledged.
    CloseWaitPktBeforeLastAck = "closewait_pkt_before_last_ack",
    /// An acknowledgement number in CLOSE_WAIT is not valid.
    CloseWaitInvalidAck = "closewait_invalid_ack",
    /// An ACK in CLOSING has the wrong sequence number.
    ClosingAckWrongSeq = "closing_ack_wrong_seq",
    /// An acknowledgement number in CLOSING is not valid.
    ClosingInvalidAck = "closing_invalid_ack",
    /// A packet of an established session is outside the window.
    EstPacketOutOfWindow = "est_packet_out_of_window",
    /// A packet of an established session ends before what is acknowledged.
    EstPktBeforeLastAck = "est_pkt_before_last_ack",
    /// The SYN/ACK of an established session again.
    EstSynackResend = "est_synack_resend",
    /// The SYN/ACK of an established session again, with another acknowledgement number.
    EstSynackResendWithDifferentAck = "est_synack_resend_with_diff_ack",
    /// The SYN/ACK of an established session again, with another initial sequence number.
    EstSynackResendWithDiffSeq = "est_synack_resend_with_diff_seq",
    /// A SYN/ACK from the client in an established session.
    EstSynackToserver = "est_synack_toserver",
    /// The SYN of an established session again.
    EstSynResend = "est_syn_resend",
    /// The SYN of an established session again, with another initial sequence number.
    EstSynResendDiffSeq = "est_syn_resend_diff_seq",
    /// A SYN from the server in an established session.
    EstSynToclient = "est_syn_toclient",
    /// An acknowledgement number in an established session is not valid.
    EstInvalidAck = "est_invalid_ack",
    /// An acknowledgement of the byte of a zero-window probe.
    EstAckZwpData = "est_ack_zwp_data",
    /// A FIN with an acknowledgement number that is not valid.
    FinInvalidAck = "fin_invalid_ack",
    /// An ACK in FIN_WAIT_1 has the wrong sequence number.
    Fin1AckWrongSeq = "fin1_ack_wrong_seq",
    /// A FIN in FIN_WAIT_1 has the wrong sequence number.
    Fin1FinWrongSeq = "fin1_fin_wrong_seq",
    /// An acknowledgement number in FIN_WAIT_1 is not valid.
    Fin1InvalidAck = "fin1_invalid_ack",
    /// An ACK in FIN_WAIT_2 has the wrong sequence number.
    Fin2AckWrongSeq = "fin2_ack_wrong_seq",
    /// A FIN in FIN_WAIT_2 has the wrong sequence number.
    Fin2FinWrongSeq = "fin2_fin_wrong_seq",
    /// An acknowledgement number in FIN_WAIT_2 is not valid.
    Fin2InvalidAck = "fin2_invalid_ack",
    /// A FIN that belongs to no session.
    FinButNoSession = "fin_but_no_session",
    /// A FIN is outside the window.
    FinOutOfWindow = "fin_out_of_window",
    /// A SYN with FIN.
    FinSyn = "fin_syn",
    /// An ACK in LAST_ACK has the wrong sequence number.
    LastAckAckWrongSeq = "lastack_ack_wrong_seq",
    /// An acknowledgement number in LAST_ACK is not valid.
    LastAckInvalidAck = "lastack_invalid_ack",
    /// A RST that belongs to no session.
    RstButNoSession = "rst_but_no_session",
    /// An ACK in TIME_WAIT has the wrong sequence number.
    TimeWaitAckWrongSeq = "timewait_ack_wrong_seq",
    /// An acknowledgement number in TIME_WAIT is not valid.
    TimeWaitInvalidAck = "timewait_invalid_ack",
    /// A SYN in a session that is being shut down.
    ShutdownSynResend = "shutdown_syn_resend",
    /// A timestamp option that goes back.
    PktInvalidTimestamp = "pkt_invalid_timestamp",
    /// An acknowledgement number outside of everything that was sent and may be sent.
    PktInvalidAck = "pkt_invalid_ack",
    /// An acknowledgement number without the ACK flag.
    PktBrokenAck = "pkt_broken_ack",
    /// A RST with an acknowledgement number that is not valid.
    RstInvalidAck = "rst_invalid_ack",
    /// A RST that carries data.
    RstWithData = "rst_with_data",
    /// The data was sent and acknowledged before.
    PktRetransmission = "pkt_retransmission",
    /// The data was sent, acknowledged and used before.
    PktSpuriousRetransmission = "pkt_spurious_retransmission",
    /// A window update that shrinks the window.
    PktBadWindowUpdate = "pkt_bad_window_update",
    /// Traffic went on after a RST.
    SuspectedRstInject = "suspected_rst_inject",
    /// The packet came to another worker than the one that has the flow.
    WrongThread = "wrong_thread",
    /// A segment could not be stored.
    ReassemblyNoSegment = "reassembly_no_segment",
    /// Data before what the reassembly still holds: a retransmission.
    ReassemblySegmentBeforeBaseSeq = "reassembly_segment_before_base_seq",
    /// Acknowledged data was never seen.
    ReassemblySeqGap = "reassembly_seq_gap",
    /// A retransmission brings other data than the original.
    ReassemblyOverlapDifferentData = "reassembly_overlap_different_data",
    /// The stream is longer than the reassembly depth.
    ReassemblyDepthReached = "reassembly_depth_reached",
    /// A segment did not fit in the reassembly memory.
    ReassemblyInsertMemcap = "reassembly_insert_memcap",
    /// A segment would have been one piece out of order too many.
    ReassemblyInsertLimit = "reassembly_insert_limit",
    /// A segment cannot be placed in the stream.
    ReassemblyInsertInvalid = "reassembly_insert_invalid",
    /// More urgent bytes out of band than are tracked.
    ReassemblyUrgentOobLimitReached = "reassembly_urgent_oob_limit_reached",
}

impl StreamEvent {
    /// The event a rule calls `name`; the two longer names of Suricata's own rule file are known as well.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "3whs_synack_resend_with_different_ack" => Some(Self::ThreeWaySynackResendWithDifferentAck),
            "est_synack_resend_with_different_ack" => Some(Self::EstSynackResendWithDifferentAck),
            _ => Self::ALL.iter().copied().find(|event| event.name() == name),
        }
    }
}

/// The events of one packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StreamEventSet(u128);

impl StreamEventSet {
    /// No event.
    pub const EMPTY: Self = Self(0);

    /// Adds `event`.
    pub const fn insert(&mut self, event: StreamEvent) {
        self.0 |= 1 << event as u8;
    }

    /// Whether `event` is among them.
    pub const fn contains(self, event: StreamEvent) -> bool {
        self.0 & (1 << event as u8) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The events, in the order of the enum.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = StreamEvent> {
        // PERF: nearly every packet has none, and those that have some have one or two.
        let mut left = self.0;
        std::iter::from_fn(move || {
            let event = StreamEvent::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(*event)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        assert!(StreamEvent::ALL.len() <= 128);
        for (at, event) in StreamEvent::ALL.iter().enumerate() {
            assert_eq!(*event as usize, at);
            assert_eq!(StreamEvent::from_name(event.name()), Some(*event));
        }
        assert_eq!(StreamEvent::from_name("nonsense"), None);
        assert_eq!(
            StreamEvent::from_name("est_synack_resend_with_different_ack"),
            Some(StreamEvent::EstSynackResendWithDifferentAck)
        );
    }

    #[test]
    fn set_keeps_what_is_put_in() {
        let mut set = StreamEventSet::EMPTY;
        assert!(set.is_empty());
        set.insert(StreamEvent::ReassemblyUrgentOobLimitReached);
        set.insert(StreamEvent::ThreeWayAckInWrongDir);
        assert!(set.contains(StreamEvent::ThreeWayAckInWrongDir));
        assert!(!set.contains(StreamEvent::FinSyn));
        assert!(set.iter().eq([
            StreamEvent::ThreeWayAckInWrongDir,
            StreamEvent::ReassemblyUrgentOobLimitReached
        ]));
        StreamEvent::ALL.iter().for_each(|event| set.insert(*event));
        assert!(set.iter().eq(StreamEvent::ALL.iter().copied()));
        assert_eq!(StreamEventSet::EMPTY.iter().next(), None);
    }
}
