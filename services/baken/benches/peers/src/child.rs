//! A contender that is built apart, and so has a process of its own, with the same load generator in it. It is asked by
//! lines: `CLIENTS SECONDS` on its input, `PER_SECOND MEDIAN_MS P99_MS` on its output.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::load::{Failure, Round};

pub struct Apart {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Apart {
    pub fn start(program: &str, arguments: &[&str]) -> Result<Self, Failure> {
        let mut process = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the contender has no input and output".into());
        };
        Ok(Self { process, orders, answers: BufReader::new(answers) })
    }

    pub fn round(&mut self, clients: usize, time: Duration) -> Result<Round, Failure> {
        writeln!(self.orders, "{clients} {}", time.as_secs_f64())?;
        self.orders.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err("the contender that is built apart has ended".into());
        }
        let figures: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let [per_second, median_ms, p99_ms] = figures[..] else {
            return Err(format!("the contender answered {line:?}").into());
        };
        Ok(Round { per_second, median_ms, p99_ms })
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
