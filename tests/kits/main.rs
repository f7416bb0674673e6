//! Each adapter kit as its user meets it: `init` writes it into an empty folder, it is built, talks the
//! protocol, passes `check-adapter`, and a first quick run gives verdicts.
//!
//! Kits whose tools are not there are listed as ignored; with `REQUIRE_KITS`, a list of languages
//! separated by commas, these fail then. TypeScript takes `TYPESCRIPT`, a folder in which
//! `npm install` has put what the kit's `package.json` names.

mod conversation;
#[path = "../shared/page.rs"]
mod page;
mod step_by_step;
mod tutorial;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A kit, and what it takes to try it.
struct Kit {
    language: &'static str,
    /// Programs that have to be there.
    tools: &'static [&'static str],
    /// The file that is filled in.
    fill_in: &'static str,
    /// What is put into it, and for what, so that it prints where replies go.
    noise: &'static [(&'static str, &'static str)],
    /// What makes a program of it.
    build: &'static [&'static [&'static str]],
    /// Starts the adapter in its folder.
    adapter: &'static [&'static str],
    /// The test of its protocol file, in `kits/`, and how it is run.
    own_test: Option<(&'static str, &'static [&'static [&'static str]])>,
}

const KITS: [Kit; 7] = [
    Kit {
        language: "python",
        tools: &["python3"],
        fill_in: "adapter.py",
        noise: &[("self.cloud = {}", "self.cloud = {}; print('noise')")],
        build: &[],
        adapter: &["python3", "adapter.py"],
        own_test: Some(("test_protocol.py", &[&["python3", "-m", "unittest", "-q"]])),
    },
    Kit {
        language: "typescript",
        tools: &["node"],
        fill_in: "adapter.ts",
        noise: &[(
            "this.cloud.clear();",
            "this.cloud.clear(); console.log('noise'); process.stdout.write('more\\n');",
        )],
        build: &[&["node", "node_modules/typescript/bin/tsc"]],
        adapter: &["node", "dist/adapter.js"],
        own_test: Some((
            "protocol.test.ts",
            &[&["node", "node_modules/typescript/bin/tsc"], &["node", "--test", "dist/"]],
        )),
    },
    Kit {
        language: "go",
        tools: &["go"],
        fill_in: "adapter.go",
        noise: &[
            ("a.cloud = []Object{}", "a.cloud = []Object{}; fmt.Println(\"noise\")"),
            ("import \"strconv\"", "import (\"fmt\"; \"strconv\")"),
        ],
        build: &[&["go", "vet"], &["go", "build", "-o", "adapter", "."]],
        adapter: &["./adapter"],
        own_test: Some(("protocol_test.go", &[&["go", "test"]])),
    },
    Kit {
        language: "java",
        tools: &["java", "javac"],
        fill_in: "Adapter.java",
        noise: &[("cloud.clear();", "cloud.clear(); System.out.println(\"noise\");")],
        build: &[&["javac", "-d", "classes", "Adapter.java", "Protocol.java", "Json.java"]],
        adapter: &["java", "-cp", "classes", "Adapter"],
        own_test: Some((
            "ProtocolTest.java",
            &[
                &["javac", "-cp", "classes", "-d", "classes", "ProtocolTest.java"],
                &["java", "-ea", "-cp", "classes", "ProtocolTest"],
            ],
        )),
    },
    Kit {
        language: "rust",
        tools: &["cargo"],
        fill_in: "src/main.rs",
        noise: &[],
        build: &[&["cargo", "build", "--offline", "--quiet"]],
        adapter: &["target/debug/entra-conformance-adapter"],
        own_test: Some(("", &[&["cargo", "test", "--offline", "--quiet"]])),
    },
    Kit {
        language: "csharp",
        tools: &["dotnet"],
        fill_in: "Adapter.cs",
        noise: &[("=> cloud.Clear();", "{ cloud.Clear(); Console.WriteLine(\"noise\"); }")],
        build: &[&["dotnet", "build", "-o", "out"]],
        adapter: &["dotnet", "out/Adapter.dll"],
        own_test: None,
    },
    Kit {
        language: "powershell",
        tools: &["pwsh"],
        fill_in: "adapter.ps1",
        noise: &[(
            "$script:cloud = New-Map }",
            "$script:cloud = New-Map; Write-Host noise; 'more' }",
        )],
        build: &[],
        adapter: &["pwsh", "-NoProfile", "-File", "adapter.ps1"],
        own_test: None,
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var("REQUIRE_KITS").unwrap_or_default();
    let trials = KITS.iter().map(|kit| {
        let missing = kit.missing();
        let is_required = required.split(',').any(|language| language == kit.language);
        if let Some(missing) = &missing
            && !is_required
        {
            eprintln!("the {} kit is not tried: {missing} is not there", kit.language);
        }
        let is_left_out = missing.is_some() && !is_required;
        Trial::test(kit.language, move || match missing {
            Some(missing) => Err(format!("{missing} is not there").into()),
            None => kit.tried(),
        })
        .with_ignored_flag(is_left_out)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

impl Kit {
    /// What it takes and is not there.
    fn missing(&self) -> Option<String> {
        let is_there = |tool: &str| {
            let mut command = Command::new(tool);
            // `go` knows no other word for it, and everybody else ignores it or says so.
            command.arg(if tool == "go" { "version" } else { "--version" });
            command.output().is_ok_and(|output| output.status.success())
        };
        let missing = self.tools.iter().find(|tool| !is_there(tool));
        let missing = missing.map(|tool| (*tool).to_owned());
        let no_compiler = self.language == "typescript" && modules().is_none();
        missing.or_else(|| no_compiler.then(|| "a folder named by TYPESCRIPT".to_owned()))
    }

    /// From nothing to the first verdict.
    fn tried(&self) -> Result<(), Failed> {
        let scratch = tempfile::tempdir()?;
        let folder = scratch.path().join("adapter");
        let init = program(scratch.path()).args(["init", self.language, "adapter"]).output()?;
        succeeded("init", &init)?;
        self.prepare(&folder)?;
        self.make_noise(&folder)?;
        self.run_all(&folder, self.build)?;

        conversation::held(&folder, self.adapter)?;

        let checked =
            program(&folder).arg("check-adapter").arg("--").args(self.adapter).output()?;
        succeeded("check-adapter", &checked)?;

        // What does nothing yet breaks rules, and is judged all the same.
        let mut run = program(&folder);
        run.args(["run", "--profile", "quick", "--quiet", "--json", "report.json", "--"]);
        let run = run.args(self.adapter).output()?;
        let report = fs::read(folder.join("report.json")).map_err(|_| told("run", &run))?;
        let report: Value = serde_json::from_slice(&report)?;
        let states: Vec<&str> = report["rules"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|rule| rule["state"].as_str())
            .collect();
        if run.status.code() != Some(1)
            || report["aborted"] != serde_json::json!([])
            || !states.contains(&"held")
            || !states.contains(&"violated")
        {
            return Err(told("run", &run));
        }

        if let Some((test, commands)) = self.own_test {
            if !test.is_empty() {
                fs::copy(
                    Path::new(ROOT).join("kits").join(self.language).join(test),
                    folder.join(test),
                )?;
            }
            self.run_all(&folder, commands)?;
        }
        match self.language {
            "typescript" => tutorial::holds(&folder, |folder| self.run_all(folder, self.build)),
            "python" => step_by_step::holds(scratch.path().join("tutorial")),
            _ => Ok(()),
        }
    }

    /// Nothing that an implementation prints may come between the replies.
    fn make_noise(&self, folder: &Path) -> Result<(), Failed> {
        let file = folder.join(self.fill_in);
        let mut text = fs::read_to_string(&file)?;
        for (quiet, loud) in self.noise {
            assert_eq!(text.matches(quiet).count(), 1, "{quiet} stands once in {}", self.fill_in);
            text = text.replace(quiet, loud);
        }
        Ok(fs::write(&file, text)?)
    }

    /// What its package manager would fetch.
    fn prepare(&self, folder: &Path) -> Result<(), Failed> {
        match (self.language, modules()) {
            #[cfg(unix)]
            ("typescript", Some(modules)) => {
                std::os::unix::fs::symlink(modules, folder.join("node_modules"))?;
            }
            ("rust", _) => {
                // The versions that are here already, and what an earlier run of this test has built.
                fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.join("Cargo.lock"))?;
                #[cfg(unix)]
                {
                    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-kit");
                    fs::create_dir_all(&target)?;
                    std::os::unix::fs::symlink(target, folder.join("target"))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn run_all(&self, folder: &Path, commands: &[&[&str]]) -> Result<(), Failed> {
        for command in commands {
            let (program, arguments) = command.split_first().expect("a program");
            let mut command = Command::new(program);
            command.args(arguments).current_dir(folder).stdin(Stdio::null());
            command.env_remove("CARGO_TARGET_DIR");
            let output = command.output()?;
            succeeded(&format!("{program} {}", arguments.join(" ")), &output)?;
        }
        Ok(())
    }
}

/// Where the TypeScript kit's packages are.
fn modules() -> Option<PathBuf> {
    // They are linked into the kit's folder.
    if !cfg!(unix) {
        return None;
    }
    let modules = PathBuf::from(std::env::var_os("TYPESCRIPT")?).join("node_modules");
    modules.join("typescript").is_dir().then_some(modules)
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-conformance"));
    command.current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_ACTIONS");
    command
}

fn succeeded(what: &str, output: &Output) -> Result<(), Failed> {
    if output.status.success() { Ok(()) } else { Err(told(what, output)) }
}

fn told(what: &str, output: &Output) -> Failed {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{what}: {}\n{out}\n{err}", output.status).into()
}
