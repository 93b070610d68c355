//! A8: what is pasted into a query. The twin binds what it is given, or takes no text there.

use crate::client::Api;

/// Asks for a list of medicines; its first item and how many there are, or the status.
async fn listed(safe: &str, query: &str) -> Result<(serde_json::Value, usize), u16> {
    let api = Api::start().await;
    let answer = api.get(&format!("/api{safe}/medicines?{query}"), &[]).await;
    if answer.status != 200 {
        return Err(answer.status);
    }
    let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
    Ok((items.first().cloned().unwrap_or_default(), items.len()))
}

async fn finds_what_was_not_asked_for(query: &str) {
    assert!(listed("", query).await.is_ok_and(|(_, count)| count > 0), "{query}");
    assert!(listed("/safe", query).await.is_ok_and(|(_, count)| count == 0), "{query}");
}

#[tokio::test]
async fn a8_search_always_true() {
    finds_what_was_not_asked_for("search=zzz%25%27%20OR%201%3D1%20OR%20name%20LIKE%20%27").await;
}

#[tokio::test]
async fn a8_search_comments() {
    finds_what_was_not_asked_for("search=z%27/**/OR/**/1=1/**/OR/**/name/**/LIKE/**/%27").await;
}

#[tokio::test]
async fn a8_search_blind() {
    let question = |least: u8| {
        format!("search=z%27%20OR%20(SELECT%20max(id)%20FROM%20customers)%3E{least}%20OR%20%27")
    };
    finds_what_was_not_asked_for(&question(3)).await;
    assert_eq!(listed("", &question(9)).await.map(|(_, count)| count), Ok(0), "the answer is no");
}

#[tokio::test]
async fn a8_search_union() {
    let union = "per_page=20&search=x%27%20UNION%20SELECT%20id,%20email,%20role,%200,%200,%200,%200,%200%20FROM%20\
                 (SELECT%20*,%201%20AS%20category%20FROM%20customers)%20WHERE%20%27%27%20LIKE%20%27";
    let stolen = listed("", union).await.map(|(first, _)| first["name"].clone());
    assert_eq!(stolen, Ok("alice@pharmacy.example".into()));
    let union = union.replace("per_page=20", "per_page=10");
    assert_eq!(listed("/safe", &union).await.map(|(_, count)| count), Ok(0));
}

#[tokio::test]
async fn a8_sort_subquery() {
    let sort = "sort=(CASE%20WHEN%20(SELECT%20role%20FROM%20customers%20WHERE%20id=4)=%27admin%27%20THEN%20-id%20\
                ELSE%20id%20END)";
    assert_eq!(listed("", sort).await.map(|(first, _)| first["id"].clone()), Ok(14.into()));
    assert_eq!(listed("/safe", sort).await, Err(400));
}
