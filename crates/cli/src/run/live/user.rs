//! Giving up privileges.

use anyhow::{Context, Result, anyhow};

/// Becomes another user, with its groups: for when the interfaces are open and no worker runs.
pub fn become_user(name: &str) -> Result<()> {
    let user = nix::unistd::User::from_name(name)
        .with_context(|| format!("cannot look up the user `{name}`"))?
        .ok_or_else(|| anyhow!("there is no user `{name}`"))?;
    let c_name = std::ffi::CString::new(name)?;
    let what = || format!("cannot become the user `{name}`; start as root, or leave out --user");
    nix::unistd::initgroups(&c_name, user.gid).with_context(what)?;
    nix::unistd::setgid(user.gid).with_context(what)?;
    nix::unistd::setuid(user.uid).with_context(what)?;
    // What was given up must not come back.
    if user.uid.as_raw() != 0 && nix::unistd::setuid(nix::unistd::Uid::from_raw(0)).is_ok() {
        return Err(anyhow!(
            "the privileges of root could be taken back after becoming `{name}`"
        ));
    }
    Ok(())
}
