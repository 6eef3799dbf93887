//! `exception-policy`, and the policies of the parts: what becomes of packets that cannot be followed.

use engine::exception::{Exception, ExceptionPolicies, ExceptionPolicy};

use crate::section::Section;
use crate::value::choice;

/// Reads the policies, which are all over the configuration; `inline` says that packets can be dropped, `midstream` that
/// conversations are picked up in their middle.
pub(crate) fn exceptions(root: &Section<'_>, inline: bool, midstream: bool) -> ExceptionPolicies {
    let master = master(root, inline);
    let mut policies = ExceptionPolicies::default();
    for (exception, section, key) in places(root) {
        let fits = |policy| fits(exception, policy, inline, midstream);
        let mut policy = fallback(exception, master, &fits);
        if let Some(written) = section.read(key, policy_named) {
            let written = match written {
                Some(policy) => for_packets(exception, policy),
                None => fallback(exception, automatic(inline), &fits),
            };
            match fits(written) {
                Ok(()) => policy = written,
                Err(reason) => section.section(key).wrong(reason),
            }
        }
        policies.set(exception, policy);
    }
    policies
}

/// Where the policy for each exception is written.
fn places<'t>(root: &Section<'t>) -> [(Exception, Section<'t>, &'static str); Exception::COUNT] {
    let stream = root.section("stream");
    [
        (Exception::SessionMemcap, stream.clone(), "memcap-policy"),
        (
            Exception::ReassemblyMemcap,
            stream.section("reassembly"),
            "memcap-policy",
        ),
        (Exception::Midstream, stream, "midstream-policy"),
        (Exception::FlowMemcap, root.section("flow"), "memcap-policy"),
        (Exception::DefragMemcap, root.section("defrag"), "memcap-policy"),
        (Exception::AppLayerError, root.section("app-layer"), "error-policy"),
    ]
}

/// `exception-policy`: for all that have none of their own.
fn master(root: &Section<'_>, inline: bool) -> ExceptionPolicy {
    match root.read("exception-policy", policy_named) {
        Some(Some(policy)) if policy.drops() && policy != ExceptionPolicy::Reject && !inline => {
            root.section("exception-policy").wrong(ONLY_INLINE);
            ExceptionPolicy::Ignore
        }
        Some(Some(policy)) => policy,
        Some(None) | None => automatic(inline),
    }
}

/// What `auto` means.
const fn automatic(inline: bool) -> ExceptionPolicy {
    if inline {
        ExceptionPolicy::DropFlow
    } else {
        ExceptionPolicy::Ignore
    }
}

/// The policy that holds for all, where it makes sense for the exception.
fn fallback(
    exception: Exception,
    master: ExceptionPolicy,
    fits: &dyn Fn(ExceptionPolicy) -> Result<(), String>,
) -> ExceptionPolicy {
    let policy = for_packets(exception, master);
    if fits(policy).is_ok() {
        policy
    } else {
        ExceptionPolicy::Ignore
    }
}

/// Where there is no flow, what is meant for flows is done to the packet.
fn for_packets(exception: Exception, policy: ExceptionPolicy) -> ExceptionPolicy {
    match policy {
        ExceptionPolicy::DropFlow if !exception.has_flow() => ExceptionPolicy::DropPacket,
        ExceptionPolicy::PassFlow if !exception.has_flow() => ExceptionPolicy::PassPacket,
        policy => policy,
    }
}

/// Whether a policy makes sense for an exception; else, what to write instead.
fn fits(exception: Exception, policy: ExceptionPolicy, inline: bool, midstream: bool) -> Result<(), String> {
    let only_drops = matches!(policy, ExceptionPolicy::DropPacket | ExceptionPolicy::DropFlow);
    if only_drops && !inline {
        return Err(ONLY_INLINE.to_owned());
    }
    if !exception.has_flow() && policy == ExceptionPolicy::Bypass {
        return Err("there is no flow to bypass: write `drop-packet`, `pass-packet`, `reject` or `ignore`".to_owned());
    }
    if exception != Exception::Midstream {
        return Ok(());
    }
    match policy {
        ExceptionPolicy::Ignore | ExceptionPolicy::PassFlow | ExceptionPolicy::Bypass => Ok(()),
        _ if midstream => Err("with `stream.midstream` write `pass-flow`, `bypass` or `ignore`".to_owned()),
        ExceptionPolicy::DropPacket | ExceptionPolicy::PassPacket => {
            Err("write what is for flows: `drop-flow`, `pass-flow`, `bypass`, `reject` or `ignore`".to_owned())
        }
        _ => Ok(()),
    }
}

/// A policy by its name; `None` is `auto`.
fn policy_named(text: &str) -> Result<Option<ExceptionPolicy>, String> {
    let words: Vec<(&str, Option<ExceptionPolicy>)> = ExceptionPolicy::NAMES
        .into_iter()
        .map(|(name, policy)| (name, Some(policy)))
        .chain([("auto", None)])
        .collect();
    choice(text, &words)
}

const ONLY_INLINE: &str = "packets cannot be dropped here: only a program that stands between two networks can";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;

    fn read(yaml: &str, inline: bool, midstream: bool) -> (ExceptionPolicies, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let policies = exceptions(&Section::root(&tree.root, &notes), inline, midstream);
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (policies, told)
    }

    #[test]
    fn without_a_word_flows_are_dropped_inline_alone() {
        let (policies, told) = read("a: 1\n", true, false);
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(policies.of(Exception::Midstream), ExceptionPolicy::DropFlow);
        assert_eq!(policies.of(Exception::DefragMemcap), ExceptionPolicy::DropPacket);
        assert_eq!(
            read("a: 1\n", true, true).0.of(Exception::Midstream),
            ExceptionPolicy::Ignore
        );
        assert_eq!(
            read("exception-policy: auto\n", false, false).0,
            ExceptionPolicies::default()
        );
    }

    #[test]
    fn each_part_may_have_its_own() {
        let (policies, told) = read(
            "exception-policy: ignore\nstream: {midstream-policy: pass-flow, memcap-policy: reject, reassembly: {memcap-policy: drop-packet}}\n\
             flow: {memcap-policy: drop-flow}\napp-layer: {error-policy: bypass}\n",
            true,
            true,
        );
        assert_eq!(told, Vec::<String>::new());
        let of = |exception| policies.of(exception);
        assert_eq!(
            (of(Exception::Midstream), of(Exception::SessionMemcap)),
            (ExceptionPolicy::PassFlow, ExceptionPolicy::Reject)
        );
        assert_eq!(
            (of(Exception::ReassemblyMemcap), of(Exception::FlowMemcap)),
            (ExceptionPolicy::DropPacket, ExceptionPolicy::DropPacket)
        );
        assert_eq!(
            (of(Exception::AppLayerError), of(Exception::DefragMemcap)),
            (ExceptionPolicy::Bypass, ExceptionPolicy::Ignore)
        );
    }

    #[test]
    fn mistakes_are_told() {
        let told = |yaml, inline, midstream| read(yaml, inline, midstream).1.len();
        assert_eq!(told("stream: {midstream-policy: drop-flow}\n", false, false), 1);
        assert_eq!(told("stream: {midstream-policy: drop-flow}\n", true, true), 1);
        assert_eq!(told("stream: {midstream-policy: drop-packet}\n", true, false), 1);
        assert_eq!(told("exception-policy: perhaps\n", true, false), 1);
        assert_eq!(told("defrag: {memcap-policy: bypass}\n", true, false), 1);
    }
}
