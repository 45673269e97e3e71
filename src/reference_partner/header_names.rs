//! Only for [`Defect::SignatureNameAsDocumented`] and [`Defect::TokenNameAsDocumented`]: a listener that treats a
//! header name in lower case as different from the documented one. HTTP libraries hide the original spelling.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use super::defects::{ActiveDefect, Defect};

/// A listener that ignores a header unless it has the documented spelling.
pub(super) struct Strict {
    listener: TcpListener,
    overlooked: Option<&'static str>,
}

impl Strict {
    pub(super) fn new(listener: TcpListener, defects: ActiveDefect) -> Self {
        let overlooked = [
            (Defect::SignatureNameAsDocumented, "\nx-debitura-signature:"),
            (Defect::TokenNameAsDocumented, "\nx-token:"),
        ];
        let overlooked = overlooked.into_iter().find(|(defect, _)| defects.has(*defect)).map(|(_, name)| name);
        Self { listener, overlooked }
    }
}

impl Listener for Strict {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Line { stream, overlooked: self.overlooked }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that renames the header while reading.
pub(super) struct Line {
    stream: TcpStream,
    overlooked: Option<&'static str>,
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = buffer.filled_mut().split_at_mut(before).1;
        if let Some(name) = self.overlooked
            && let Some(at) = read.windows(name.len()).position(|window| window == name.as_bytes())
            && let Some(letter) = read.get_mut(at + 1)
        {
            *letter = b'_';
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
