//! A server for `bench/run.sh`: the same small JSON answer to every request, on a loopback port that it prints.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

const BODY: &str = r#"{"id":7,"name":"fixed","state":"ready","tags":["a","b"]}"#;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || serve(stream));
    }
    Ok(())
}

/// Answers one request after another until the other side closes.
fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", BODY.len());
    let answer = head + BODY;
    let (mut buffer, mut held) = ([0; 8192], 0);
    loop {
        let read = stream.read(buffer.get_mut(held..).unwrap_or_default())?;
        held += read;
        let bytes = buffer.get(..held).unwrap_or_default();
        if read == 0 {
            return Ok(());
        }
        // Requests have no bodies here, and nobody sends the next one before the answer.
        if bytes.ends_with(b"\r\n\r\n") {
            stream.write_all(answer.as_bytes())?;
            held = 0;
        }
    }
}
