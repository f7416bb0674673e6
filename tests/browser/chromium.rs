//! A browser that is started anew for every look.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Ends a browser that hangs. No verdict rests on it.
const LONGEST: Duration = Duration::from_secs(300);

/// Where Chromium is.
#[derive(Clone)]
pub(crate) struct Browser(PathBuf);

/// What was seen.
pub(crate) struct Output {
    /// The page after it was loaded.
    pub(crate) page: String,
    /// What the browser has to say, with the messages of the page's console.
    pub(crate) log: String,
}

/// A browser that runs, and its folder. It ends with its owner.
struct Running(Child, TempDir);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// The browser that `CHROMIUM` names, or one on the path.
    pub(crate) fn find() -> Option<Browser> {
        if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
            return Some(Browser(named.into()));
        }
        let path = std::env::var_os("PATH")?;
        let names = ["chromium", "chromium-browser", "google-chrome"];
        std::env::split_paths(&path)
            .flat_map(|folder| names.map(|name| folder.join(name)))
            .find(|file| file.is_file())
            .map(Browser)
    }

    /// Opens an address.
    fn start(&self, address: &str, arguments: &[&str]) -> Result<Running, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let file_of =
            |name: &str| File::create(folder.path().join(name)).map_err(|error| error.to_string());
        let browser = Command::new(&self.0)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-quic"])
            .args(["--disable-component-update", "--disable-sync", "--enable-logging=stderr"])
            .arg(format!("--user-data-dir={}", folder.path().join("user").display()))
            .arg("--window-size=1400,1000")
            .args(arguments)
            .arg(address)
            .stdin(Stdio::null())
            .stdout(file_of("page")?)
            .stderr(file_of("log")?)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.0.display()))?;
        Ok(Running(browser, folder))
    }

    /// Opens a file and takes down what became of it once it was loaded.
    pub(crate) fn open(&self, file: &Path) -> Result<Output, String> {
        let mut running = self.start(&format!("file://{}", file.display()), &["--dump-dom"])?;
        let start = Instant::now();
        while running.0.try_wait().map_err(|error| error.to_string())?.is_none() {
            if start.elapsed() > LONGEST {
                return Err(format!("the browser hangs: {}", read(&running, "log")?));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Output { page: read(&running, "page")?, log: read(&running, "log")? })
    }

    /// Opens an address and waits for what the page tells.
    pub(crate) fn ask(
        &self,
        address: &str,
        dark: bool,
        told: &Receiver<Vec<u8>>,
    ) -> Result<Vec<u8>, String> {
        let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
        let running = self.start(address, &[&scheme])?;
        match told.recv_timeout(LONGEST) {
            Ok(told) => Ok(told),
            Err(_) => Err(format!("the page tells nothing: {}", read(&running, "log")?)),
        }
    }
}

fn read(running: &Running, name: &str) -> Result<String, String> {
    let bytes = fs::read(running.1.path().join(name)).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
