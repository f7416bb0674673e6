//! Pages for the browser, and what they tell, over a connection that never leaves this machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Serves pages by their paths, until the program ends. Whatever is posted comes out of the receiver.
pub(crate) fn serve(
    pages: BTreeMap<String, String>,
) -> std::io::Result<(SocketAddr, Receiver<Vec<u8>>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let pages = Arc::new(pages);
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (pages, sender) = (Arc::clone(&pages), sender.clone());
            // A connection that breaks is opened again by the browser.
            std::thread::spawn(move || answer(stream, &pages, &sender));
        }
    });
    Ok((address, receiver))
}

fn answer(
    stream: TcpStream,
    pages: &BTreeMap<String, String>,
    told: &Sender<Vec<u8>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or("").to_owned());
    let is_post = method == "POST";
    let mut length = 0;
    loop {
        let mut field = String::new();
        if reader.read_line(&mut field)? <= 2 {
            break;
        }
        if let Some((name, value)) = field.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if is_post {
        let _ = told.send(body);
    }
    let (status, page) = match pages.get(&path) {
        Some(page) => ("200 OK", page.as_str()),
        None if is_post => ("200 OK", ""),
        None => ("404 Not Found", ""),
    };
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    )?;
    stream.flush()
}
