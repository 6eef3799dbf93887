//! Which cores workers run on.

use anyhow::{Result, bail};
use config::{Cores, WorkerCores};

use crate::Failure;
use crate::args::RunArgs;
use crate::exit::Exit;
use crate::setup::Setup;

/// Which cores workers run on.
#[derive(Clone, Debug, Default)]
pub struct Affinity {
    /// Those of the first worker, of the second, and so on, in turn; none if any will do.
    of_workers: Vec<Vec<usize>>,
    /// Those that the program could use when it started.
    allowed: Vec<usize>,
}

impl Affinity {
    /// What the command line says, or else the configuration.
    ///
    /// # Errors
    /// Cores that are not there, or that this process may not use.
    pub fn new(args: &RunArgs, setup: &Setup) -> Result<Self, Failure> {
        let (wanted, whence, exit) = match (&args.cpu_affinity, &setup.config.worker_cores) {
            (Some(affinity), _) => {
                let wanted = WorkerCores {
                    cores: affinity.0.clone(),
                    exclusive: true,
                };
                (wanted, "--cpu-affinity", Exit::Usage)
            }
            (None, Some(wanted)) => (wanted.clone(), "threading.cpu-affinity.worker-cpu-set", Exit::Rules),
            (None, None) => return Ok(Self::default()),
        };
        system::allowed()
            .and_then(|allowed| Self::of(&wanted, allowed))
            .map_err(|error| Failure::new(exit, error.context(whence)))
    }

    fn of(wanted: &WorkerCores, allowed: Vec<usize>) -> Result<Self> {
        let cores = match &wanted.cores {
            Cores::All => allowed.clone(),
            Cores::Of(cores) => cores.clone(),
        };
        if let Some(missing) = cores.iter().find(|core| !allowed.contains(core)) {
            bail!(
                "core {missing} is not there or not for this process, which may use {}: name some of these, or none",
                ranges(&allowed)
            );
        }
        let of_workers = match wanted.exclusive {
            true => cores.into_iter().map(|core| vec![core]).collect(),
            false => vec![cores],
        };
        Ok(Self { of_workers, allowed })
    }

    /// The cores of a worker, counted from 0; none if any will do.
    pub fn of_worker(&self, worker: usize) -> &[usize] {
        match self.of_workers.len() {
            0 => &[],
            n => self.of_workers.get(worker % n).map_or(&[], Vec::as_slice),
        }
    }

    /// Lets the calling thread, which is this worker's, run on its cores only.
    pub fn settle_in(&self, worker: usize) {
        let cores = self.of_worker(worker);
        if cores.is_empty() {
            return;
        }
        if let Err(error) = system::pin(cores) {
            // They were there a moment ago.
            eprintln!(
                "warning: worker {} cannot run on core {}: {error}",
                worker + 1,
                ranges(cores)
            );
        }
    }

    /// Lets the calling thread run wherever the program could when it started.
    pub fn run_anywhere(&self) {
        if !self.of_workers.is_empty() {
            // Where that fails the thread is where it was, which is slow and not wrong.
            let _ = system::pin(&self.allowed);
        }
    }
}

/// Cores as they are written: `0,2-3`.
pub fn ranges(cores: &[usize]) -> String {
    let mut texts = Vec::new();
    let mut rest = cores;
    while let [first, ..] = *rest {
        let next = (first..).zip(rest).take_while(|(number, core)| number == *core).count();
        texts.push(match next {
            0 | 1 => first.to_string(),
            n => format!("{first}-{}", first + n - 1),
        });
        rest = rest.get(next.max(1)..).unwrap_or_default();
    }
    texts.join(",")
}

#[cfg(target_os = "linux")]
mod system {
    use anyhow::{Context, Result};
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    /// The cores that this thread may use.
    pub fn allowed() -> Result<Vec<usize>> {
        let set = sched_getaffinity(THIS).context("the system does not tell which cores there are")?;
        Ok((0..CpuSet::count())
            .filter(|core| set.is_set(*core).unwrap_or(false))
            .collect())
    }

    /// Lets this thread run on these cores only.
    pub fn pin(cores: &[usize]) -> nix::Result<()> {
        let mut set = CpuSet::new();
        cores.iter().try_for_each(|core| set.set(*core))?;
        sched_setaffinity(THIS, &set)
    }

    const THIS: Pid = Pid::from_raw(0);
}

#[cfg(not(target_os = "linux"))]
mod system {
    use anyhow::{Result, bail};

    pub fn allowed() -> Result<Vec<usize>> {
        bail!("cores are chosen on Linux only; leave it out")
    }

    pub fn pin(_: &[usize]) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cores: Cores, exclusive: bool) -> Result<Affinity> {
        Affinity::of(&WorkerCores { cores, exclusive }, vec![0, 1, 2, 5])
    }

    #[test]
    fn workers_take_turns() {
        let exclusive = of(Cores::All, true).unwrap();
        assert_eq!(exclusive.of_worker(3), [5]);
        assert_eq!(exclusive.of_worker(4), [0]);
        let balanced = of(Cores::Of(vec![1, 2]), false).unwrap();
        assert_eq!(
            (balanced.of_worker(0), balanced.of_worker(7)),
            (&[1, 2][..], &[1, 2][..])
        );
        assert!(Affinity::default().of_worker(0).is_empty());
    }

    #[test]
    fn a_core_that_is_not_there_is_told_with_those_that_are() {
        let error = of(Cores::Of(vec![1, 3]), true).unwrap_err().to_string();
        assert!(error.contains("core 3") && error.contains("0-2,5"), "{error}");
    }

    #[test]
    fn a_thread_is_pinned() {
        std::thread::spawn(|| {
            let all = system::allowed().unwrap();
            system::pin(&all[..1]).unwrap();
            assert_eq!(system::allowed().unwrap(), all[..1]);
            assert!(system::pin(&[1023]).is_err() && system::pin(&[usize::MAX]).is_err());
            system::pin(&all).unwrap();
            assert_eq!(system::allowed().unwrap(), all);
        })
        .join()
        .unwrap();
    }
}
