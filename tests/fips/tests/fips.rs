//! What a program for a government cloud relies on: the cryptography that was validated, for TLS and for signatures.

use avepoint_auth::{ClientCertificate, ClientCertificateCredential};
use avepoint_elements_v3::Client;
use avepoint_elements_v3::avepoint_core::Transport;
use avepoint_sandbox::Sandbox;

#[test]
fn tls_is_set_up_as_fips_demands() {
    assert!(Transport::is_fips());
}

#[tokio::test]
async fn a_token_is_signed_for_and_a_call_made() {
    let sandbox = Sandbox::builder().tls().start().await.expect("a sandbox");
    let transport = Transport::new().root_certificate(sandbox.authority().expect("TLS has an authority"));
    let certificate = sandbox.certificate().expect("a certificate");
    let pem = certificate.pem() + &certificate.key_pem();
    let certificate = ClientCertificate::from_pem(pem.as_bytes(), None).expect("the key is RSA");
    let credential = ClientCertificateCredential::builder(sandbox.client_id(), certificate)
        .identity_url(sandbox.base_url())
        .transport(transport.clone())
        .build()
        .expect("a credential");
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .credential(credential)
        .transport(transport)
        .build()
        .expect("a client");
    let page = client.list_customers().send().await.expect("customers");
    assert!(!page.data.is_empty());
}
