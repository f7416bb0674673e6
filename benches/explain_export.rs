//! How long `explain --given` takes for exports of several sizes: it should grow as they do.

#[path = "../examples/export/made_up.rs"]
mod made_up;

use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    for count in [1_000, 2_000, 4_000, 8_000] {
        let made = made_up::made_up(count);
        let texts = [("ad", made.ad_users), ("mg", made.mg_users), ("roles", made.roles)];
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-conformance"));
        command.args(["explain", "--edition", "2023-01,2025-04", "--given"]);
        for (name, text) in texts {
            let file = folder.path().join(format!("{name}.json"));
            fs::write(&file, text)?;
            command.arg(file);
        }
        let began = Instant::now();
        let status = command.stdout(Stdio::null()).status()?;
        println!("{count} users, two editions: {:.3} s ({status})", began.elapsed().as_secs_f64());
    }
    Ok(())
}
