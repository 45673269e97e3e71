//! Loopback servers that play real hosts over TLS: one listener, a throw-away authority, and behind each name the plain
//! server that plays it. Gate, TLS, host and address checks so judge the real names.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::ResolvesServerCertUsingSni;
use rustls::sign::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The plain server behind a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// Where it listens.
    pub(super) at: SocketAddr,
}

/// Certificates for hosts, and the throw-away authority that signed them.
pub(super) struct Certificates {
    /// The authority in PEM.
    pub(super) ca_pem: String,
    config: rustls::ServerConfig,
}

/// The listener. It ends with this value.
pub(super) struct Front {
    /// Where it listens.
    pub(super) at: SocketAddr,
    /// The throw-away authority in PEM.
    pub(super) ca_pem: String,
    task: JoinHandle<()>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Certifies hosts; one that says true gets a certificate that nobody but itself has signed.
///
/// # Errors
///
/// Names that cannot be certified, in words.
pub(super) fn certify(hosts: &BTreeMap<String, bool>) -> Result<Certificates, String> {
    let (config, ca_pem) =
        certified(hosts).map_err(|error| format!("the certificates of the simulated environments: {error}"))?;
    Ok(Certificates { ca_pem, config })
}

/// Starts to play hosts on a listener.
///
/// # Errors
///
/// A listener that cannot be used.
pub(super) fn start(
    listener: std::net::TcpListener,
    certificates: Certificates,
    hosts: BTreeMap<String, Behind>,
) -> std::io::Result<Front> {
    listener.set_nonblocking(true)?;
    let at = listener.local_addr()?;
    let listener = TcpListener::from_std(listener)?;
    let task = tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(certificates.config)), Arc::new(hosts)));
    Ok(Front { at, ca_pem: certificates.ca_pem, task })
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, hosts: Arc<BTreeMap<String, Behind>>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else { continue };
        connections.spawn(pass(stream, acceptor.clone(), hosts.clone()));
    }
}

/// One connection, handed through to whoever plays the host that the client named.
async fn pass(stream: TcpStream, acceptor: TlsAcceptor, hosts: Arc<BTreeMap<String, Behind>>) {
    // A client that does not trust the certificate leaves here, which is what some checks are about.
    let Ok(mut outer) = acceptor.accept(stream).await else { return };
    let Some(behind) = outer.get_ref().1.server_name().and_then(|name| hosts.get(name)) else { return };
    if let Ok(mut inner) = TcpStream::connect(behind.at).await {
        tokio::io::copy_bidirectional(&mut outer, &mut inner).await.ok();
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn certified(hosts: &BTreeMap<String, bool>) -> Result<(rustls::ServerConfig, String), Failed> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut resolver = ResolvesServerCertUsingSni::new();
    for (host, self_signed) in hosts {
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(vec![host.clone()])?;
        let certificate = if *self_signed { params.self_signed(&key)? } else { params.signed_by(&key, &authority)? };
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        resolver.add(host, CertifiedKey::from_der(chain, private, &provider)?)?;
    }
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    Ok((config, authority.pem()))
}
