//! Pairs of virtual Ethernet interfaces in a network namespace of their own, and what is sent over them.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use capture::CaptureMethod;
use pcap::{Active, Capture};

/// Runs the test `name` of this very program in a namespace with the pairs `a0`-`a1` and `b0`-`b1`, and waits for it;
/// without the privileges, says that it does not.
pub fn in_a_namespace(name: &str, method: &str) {
    // SAFETY: `geteuid` has no preconditions.
    if unsafe { libc::geteuid() } != 0 {
        println!("skipped: not root");
        return;
    }
    let namespace = match Namespace::new(name, method) {
        Ok(namespace) => namespace,
        Err(reason) => return println!("skipped: no network namespace: {reason}"),
    };
    for pair in ["a", "b"] {
        let (near, far) = (format!("{pair}0"), format!("{pair}1"));
        namespace
            .ip(&["link", "add", &near, "type", "veth", "peer", "name", &far])
            .unwrap();
        namespace.ip(&["link", "set", &near, "up"]).unwrap();
        namespace.ip(&["link", "set", &far, "up"]).unwrap();
    }
    namespace.ip(&["link", "set", "lo", "up"]).unwrap();
    let child = Command::new("ip")
        .args(["netns", "exec", &namespace.0])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(INSIDE, method)
        .stdout(Stdio::inherit())
        .spawn()
        .unwrap();
    assert!(
        wait(child),
        "{name} by {method} failed in the namespace or took too long"
    );
}

/// The method to test; `None` outside of a namespace.
pub fn method_inside() -> Option<CaptureMethod> {
    match std::env::var(INSIDE).as_deref() {
        Ok("af-packet") => Some(CaptureMethod::AfPacket),
        Ok(_) => Some(CaptureMethod::Pcap),
        Err(_) => {
            println!("skipped: only in a namespace of its own");
            None
        }
    }
}

pub fn link_set(interface: &str, state: &str) {
    run(&["link", "set", interface, state]).unwrap();
}

pub fn sender(interface: &str) -> Capture<Active> {
    Capture::from_device(interface).unwrap().open().unwrap()
}

/// An Ethernet frame with a UDP datagram that carries `number`.
pub fn datagram(number: u16, port: u16) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend([0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    frame.extend([0x30, 0x39, (port >> 8) as u8, port as u8, 0, 26, 0, 0]);
    frame.extend(number.to_be_bytes());
    frame.resize(60, 0);
    frame
}

pub fn drop_privileges() {
    // SAFETY: these take numbers only, and nothing here relies on who the process is.
    let dropped = unsafe { libc::setgid(65534) == 0 && libc::setuid(65534) == 0 };
    assert!(dropped, "{}", std::io::Error::last_os_error());
}

/// Whether the child succeeds, in time.
fn wait(mut child: Child) -> bool {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

/// A network namespace, deleted with all that is in it.
struct Namespace(String);

impl Namespace {
    fn new(test: &str, method: &str) -> Result<Self, String> {
        let name = format!("ruleids-{test}-{method}-{}", std::process::id());
        run(&["netns", "add", &name])?;
        Ok(Self(name))
    }

    fn ip(&self, args: &[&str]) -> Result<(), String> {
        run(&[&["-n", &self.0], args].concat())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Err(reason) = run(&["netns", "del", &self.0]) {
            println!("{}: {reason}", self.0);
        }
    }
}

fn run(args: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(args).output().map_err(|e| format!("ip: {e}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

const INSIDE: &str = "RULEIDS_TEST_INSIDE_NAMESPACE";
