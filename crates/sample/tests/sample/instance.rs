//! What an instance promises to those who start it.

use tokio::net::TcpStream;

use crate::client::Api;

#[tokio::test]
async fn instances_share_nothing() {
    let (one, other) = (Api::start().await, Api::start().await);
    assert_eq!(one.call("DELETE /api/medicines/9", &[], "").await.status, 204);
    assert_eq!(one.get("/api/medicines/9", &[]).await.status, 404);
    assert_eq!(other.get("/api/medicines/9", &[]).await.status, 200);
}

#[tokio::test]
async fn a_stopped_instance_takes_no_connections() {
    let api = Api::start().await;
    assert_eq!(api.get("/api/health", &[]).await.status, 200);
    let address = api.address();
    api.running.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
