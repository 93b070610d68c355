//! Values in cookies.

use super::{Request, Styles, expect, verdict};

fn cookies(styles: &Styles, sent: &str) -> super::Verdict {
    let request = Request { cookies: Some(sent.to_owned()), ..Request::to("/cookies") };
    verdict(styles, &request, |accepted| accepted.cookies)
}

#[test]
fn a_text_is_as_declared_in_every_reading_and_goes_on_as_it_came() {
    expect(
        &[
            ("theme=dark", Ok("theme=dark")),
            ("theme=a%20b+c; debug=1", Ok("theme=a%20b+c")),
            ("theme=%3Cscript", Err("schema")),
            ("theme=<script", Err("schema")),
            ("theme=100%", Ok("theme=100%")),
            ("theme=\"dark\"", Ok("theme=\"dark\"")),
            ("theme=\"%3C\"", Err("schema")),
            ("theme=\"\\074\"", Err("two_readings")),
            ("theme=a; theme=b", Err("repeated")),
            ("n=7", Ok("n=7")),
            ("n=%37", Err("type")),
            ("n=\"7\"", Err("type")),
        ],
        cookies,
    );
}

#[test]
fn lists_and_objects_are_written_in_one_cookie_or_several() {
    expect(
        &[
            ("ids=1,2", Ok("ids=1,2")),
            ("ids=1%2C2", Err("type")),
            ("ids=1,2%2C3", Err("two_readings")),
            ("ids=\"1,2\"", Err("two_readings")),
            ("ids=1; ids=2", Err("repeated")),
            ("each=1; each=2", Ok("each=1; each=2")),
            ("each=1; each=x", Err("type")),
            ("pairs=R,1,name,red", Ok("pairs=R,1,name,red")),
            ("pairs=R,1,admin,1", Ok("pairs=R,1")),
            ("pairs=R,1,name,a%20b", Ok("pairs=R,1,name,a%20b")),
            ("pairs=R,%31", Err("type")),
            ("R=1; name=red", Ok("R=1; name=red")),
            ("R=x", Err("type")),
            ("admin=1", Ok("")),
        ],
        cookies,
    );
}

#[test]
fn json_goes_on_in_the_spelling_in_which_it_came() {
    expect(
        &[
            ("json={\"R\": 1}", Ok("json={\"R\":1}")),
            ("json=%7B%22R%22%3A1%7D", Ok("json=%7B%22R%22%3A1%7D")),
            ("json=%7B%22R%22%3A1%2C%22admin%22%3A1%7D", Ok("json=%7B%22R%22%3A1%7D")),
            ("json={\"name\":\"\\u003b\"}", Ok("json={\"name\":\"\\u003b\"}")),
            ("json={\"name\":\"%41\"}", Err("two_readings")),
            ("json={\"R\":1}; json={\"R\":2}", Err("repeated")),
        ],
        cookies,
    );
}

#[test]
fn booleans_go_on_in_one_spelling() {
    expect(
        &[
            ("flag=True", Ok("flag=true")),
            ("flag=false", Ok("flag=false")),
            ("flag=\"True\"", Err("type")),
            ("flag=Tru%65", Err("type")),
            ("flag=0", Err("type")),
            ("flags=TRUE,false", Ok("flags=true,false")),
            ("flags=True%2Cfalse", Err("type")),
            ("some=False; some=true", Ok("some=false; some=true")),
            ("switch=on,True,note,a", Ok("switch=on,true,note,a")),
            ("switch=on,true,note,a", Ok("switch=on,true,note,a")),
            ("lights=FALSE; hint=True%20x", Ok("lights=false; hint=True%20x")),
            ("theme=True", Ok("theme=True")),
        ],
        cookies,
    );
}
