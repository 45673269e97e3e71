//! Serves real host names on the loopback interface over TLS: one listener, a temporary certificate authority, and a
//! plain server behind each name. So the gate and the checks of TLS, hosts and addresses see the real names.

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

/// The plain HTTP server behind a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// The address on which it listens.
    pub(super) at: SocketAddr,
}

/// Certificates for hosts, and the temporary authority that signed them.
pub(super) struct Certificates {
    /// The certificate of the authority, in PEM.
    pub(super) ca_pem: String,
    config: rustls::ServerConfig,
}

/// The running listener; it stops when this value is dropped.
pub(super) struct Front {
    /// The address on which it listens.
    pub(super) at: SocketAddr,
    /// The certificate of the temporary authority, in PEM.
    pub(super) ca_pem: String,
    task: JoinHandle<()>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Creates a certificate for each host: signed by itself if the value is `true`, by the authority otherwise.
///
/// # Errors
///
/// Describes a name for which no certificate can be created.
pub(super) fn certify(hosts: &BTreeMap<String, bool>) -> Result<Certificates, String> {
    let (config, ca_pem) =
        certified(hosts).map_err(|error| format!("the certificates of the simulated environments: {error}"))?;
    Ok(Certificates { ca_pem, config })
}

/// Starts to serve the hosts on a listener.
///
/// # Errors
///
/// Fails if the listener cannot be used.
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

/// Forwards a connection to the server behind the host that the client named.
async fn pass(stream: TcpStream, acceptor: TlsAcceptor, hosts: Arc<BTreeMap<String, Behind>>) {
    // A client that does not trust the certificate disconnects here; some checks test exactly that.
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
