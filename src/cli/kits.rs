//! The adapter kits of `kits/`, embedded: for each language a skeleton that `init` writes.

use clap::ValueEnum;

/// A language that there is a kit for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// Python 3.8 or later
    #[value(alias = "py")]
    Python,
    /// Node 20 or later, with types
    #[value(name = "typescript", aliases = ["ts", "javascript", "js", "node"])]
    TypeScript,
    /// Go 1.18 or later
    #[value(alias = "golang")]
    Go,
    /// JDK 17 or later
    Java,
    /// .NET 8 or later
    #[value(name = "csharp", aliases = ["c#", "cs", "dotnet"])]
    CSharp,
    /// PowerShell 7.2 or later
    #[value(name = "powershell", aliases = ["pwsh", "ps1"])]
    PowerShell,
    /// Rust 1.88 or later
    Rust,
}

/// What is written for a language, and what its user does then.
pub(super) struct Kit {
    /// Its files, by their names in the new folder.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// The file that is filled in.
    pub(super) fill_in: &'static str,
    /// What makes a program of it.
    pub(super) build: Option<&'static str>,
    /// The command that starts the adapter.
    pub(super) adapter: &'static str,
}

/// A file of a language's folder, under its own name or another.
macro_rules! files {
    ($folder:literal: $($name:literal $(from $template:literal)?),* $(,)?) => {
        &[$(($name, files!(@text $folder, $name $(, $template)?))),*]
    };
    (@text $folder:literal, $name:literal) => {
        include_str!(concat!("../../kits/", $folder, "/", $name))
    };
    (@text $folder:literal, $name:literal, $template:literal) => {
        include_str!(concat!("../../kits/", $folder, "/", $template))
    };
}

impl Language {
    pub(super) fn kit(self) -> Kit {
        match self {
            Language::Python => Kit {
                files: files!("python": "adapter.py", "protocol.py", "README.md"),
                fill_in: "adapter.py",
                build: None,
                adapter: "python3 adapter.py",
            },
            Language::TypeScript => Kit {
                files: files!("typescript": "adapter.ts", "protocol.ts", "types.ts",
                    "package.json", "tsconfig.json", "README.md"),
                fill_in: "adapter.ts",
                build: Some("npm install && npm run build"),
                adapter: "node dist/adapter.js",
            },
            Language::Go => Kit {
                files: files!("go": "adapter.go", "protocol.go", "go.mod", "README.md"),
                fill_in: "adapter.go",
                build: Some("go build -o adapter ."),
                adapter: "./adapter",
            },
            Language::Java => Kit {
                files: files!("java": "Adapter.java", "Protocol.java", "Json.java", "README.md"),
                fill_in: "Adapter.java",
                build: Some("javac -d classes *.java"),
                adapter: "java -cp classes Adapter",
            },
            Language::CSharp => Kit {
                files: files!("csharp": "Adapter.cs", "Protocol.cs", "Adapter.csproj", "README.md"),
                fill_in: "Adapter.cs",
                build: Some("dotnet build -o out"),
                adapter: "dotnet out/Adapter.dll",
            },
            Language::PowerShell => Kit {
                files: files!("powershell": "adapter.ps1", "Protocol.ps1", "README.md"),
                fill_in: "adapter.ps1",
                build: None,
                adapter: "pwsh -NoProfile -File adapter.ps1",
            },
            Language::Rust => Kit {
                // A Cargo.toml in `kits/` would keep its folder out of the published crate.
                files: files!("rust": "src/main.rs", "src/protocol.rs",
                    "Cargo.toml" from "Cargo.toml.template", "README.md"),
                fill_in: "src/main.rs",
                build: Some("cargo build --release"),
                adapter: "target/release/entra-conformance-adapter",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_one_short_file() {
        for language in Language::value_variants() {
            let kit = language.kit();
            let file = kit.files.iter().find(|(name, _)| *name == kit.fill_in);
            let (name, text) = file.expect("a file of the kit");
            assert!(text.lines().count() <= 60, "{name} of {language:?} is long");
        }
    }

    /// What is printed, the README and the tests of the kits speak of the same commands.
    #[test]
    fn each_readme_says_how_to_build_and_run() {
        for language in Language::value_variants() {
            let kit = language.kit();
            let (_, readme) = kit.files.last().expect("a README");
            assert!(readme.contains(&format!("-- {} ", kit.adapter)), "{language:?}");
            assert!(kit.build.is_none_or(|build| readme.contains(build)), "{language:?}");
        }
    }
}
