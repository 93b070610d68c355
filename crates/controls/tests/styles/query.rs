//! Values in the query.

use super::{Request, expect, verdict};

fn queries(table: &[(&str, Result<&str, &str>)]) {
    expect(table, |styles, sent| {
        verdict(styles, &Request::to(&format!("/query?{sent}")), |accepted| accepted.query)
    });
}

#[test]
fn one_value_has_one_spelling() {
    queries(&[
        ("text=a+b%20c", Ok("text=a%20b%20c")),
        ("text=a|b[0]{}^`\"<>", Ok("text=a%7Cb%5B0%5D%7B%7D%5E%60%22%3C%3E")),
        ("text=a;b", Ok("text=a%3Bb")),
        ("te%78t=a", Ok("text=a")),
        ("text=", Ok("text=")),
        ("text", Ok("text=")),
        ("text=a&text=b", Err("repeated")),
        ("text=%ff", Err("not_utf8")),
        ("text=%", Err("bad_escape")),
        ("text=a%00", Err("nul")),
        ("url=http://a/b?c=d,e:f@g", Ok("url=http%3A%2F%2Fa%2Fb%3Fc%3Dd%2Ce%3Af%40g")),
        ("on=true", Ok("on=true")),
        ("on=True", Ok("on=true")),
        ("on=1", Err("type")),
        ("flag", Ok("flag=")),
        ("flag=", Ok("flag=")),
        ("flag=7", Ok("flag=7")),
        ("flag=&flag=", Err("repeated")),
        ("flag=x", Err("type")),
        ("debug=1", Ok("")),
        ("data[raw]=1", Ok("data%5Braw%5D=1")),
        ("data%5Braw%5D=x", Err("type")),
    ]);
}

#[test]
fn a_list_in_one_value_stands_between_its_delimiters() {
    queries(&[
        ("ids=1,2", Ok("ids=1,2")),
        ("ids=1%2C2", Ok("ids=1,2")),
        ("ids=1%2c2%2C3", Ok("ids=1,2,3")),
        ("ids=1,2%2C3", Err("two_readings")),
        ("ids=1%252C2", Err("type")),
        ("ids=1&ids=2", Err("repeated")),
        ("ids=", Err("type")),
        ("ids=1,", Err("type")),
        ("ids=1,+2", Err("type")),
        ("ids=1,2,3,4,5,6", Err("schema")),
        ("ids[]=1", Ok("")),
        ("words=a%7Cb,c%20d", Ok("words=a%7Cb,c%20d")),
        ("spaces=a+b%20c", Ok("spaces=a%20b%20c")),
        ("spaces=a,b", Ok("spaces=a%2Cb")),
        ("spaces=a%2Bb", Ok("spaces=a%2Bb")),
        ("pipes=a|b", Ok("pipes=a%7Cb")),
        ("pipes=a%7cb", Ok("pipes=a%7Cb")),
        ("pipes=a|b%7Cc", Err("two_readings")),
        ("pipes=a%257Cb", Ok("pipes=a%257Cb")),
        ("each=a&each=b,c", Ok("each=a&each=b%2Cc")),
        ("either=all", Ok("either=all")),
        ("either=1&either=2", Ok("either=1&either=2")),
        ("either=7", Ok("either=7")),
        ("either=none", Err("type")),
    ]);
}

#[test]
fn an_object_in_one_value_is_names_and_values_in_turn() {
    queries(&[
        ("pairs=R,100,name,red", Ok("pairs=R,100,name,red")),
        ("pairs=R%2C100%2Cname%2Cred", Ok("pairs=R,100,name,red")),
        ("pairs=R,100,admin,1", Ok("pairs=R,100")),
        ("pairs=id,7,R,1", Ok("pairs=R,1")),
        ("pairs=R,1,R,2", Err("repeated")),
        ("pairs=R,1,%52,2", Err("repeated")),
        ("pairs=R", Err("unpaired_member")),
        ("pairs=R,red", Err("type")),
        ("labels=a,1,b,%3D", Ok("labels=a,1,b,%3D")),
        ("spacePairs=a%201+b+2", Ok("spacePairs=a%201%20b%202")),
        ("pipePairs=R|1|name|red", Ok("pipePairs=R%7C1%7Cname%7Cred")),
        ("pipePairs=R%7C1%7Cadmin%7Ctrue", Err("schema")),
        ("pipePairs=R|1|name|a%7Cadmin%7Ctrue", Err("two_readings")),
    ]);
}

#[test]
fn members_stand_for_themselves_and_a_parameter_goes_before_them() {
    queries(&[
        ("limit=5&sort=a&sort=b", Ok("limit=5&sort=a&sort=b")),
        ("limit=500", Err("schema")),
        ("limit=1&limit=2", Err("repeated")),
        ("page=1", Ok("")),
    ]);
    let rest = |sent: &str| Request::to(&format!("/rest?{sent}"));
    expect(
        &[
            ("a=1&b=2", Ok("a=1&b=2")),
            ("a=1&text=x", Ok("a=1&text=x")),
            ("a=x", Err("type")),
            ("a=1&a=2", Err("repeated")),
            ("a.b=1", Ok("a.b=1")),
            // A reader of names takes these for the parameter beside it.
            ("text]=1", Err("two_readings")),
            ("+text=1", Err("two_readings")),
            ("text[]=1", Err("two_readings")),
            ("[text]=1", Err("two_readings")),
            ("TEXT=1", Err("two_readings")),
        ],
        |styles, sent| verdict(styles, &rest(sent), |accepted| accepted.query),
    );
}

#[test]
fn brackets_are_read_as_deep_as_they_are_declared() {
    queries(&[
        ("filter[status]=new", Ok("filter%5Bstatus%5D=new")),
        ("filter%5Bstatus%5D=new", Ok("filter%5Bstatus%5D=new")),
        ("filter[status]=old", Err("schema")),
        ("filter[status]=new&filter[status]=paid", Err("repeated")),
        ("filter[status][]=new", Err("type")),
        ("filter[total][gte]=5", Ok("filter%5Btotal%5D%5Bgte%5D=5")),
        ("filter[total][gte]=x", Err("type")),
        ("filter[total][sql]=1&filter[status]=new", Ok("filter%5Bstatus%5D=new")),
        ("filter[total]=5", Err("type")),
        ("filter[total]={\"gte\":5}", Err("type")),
        ("filter[admin]=1", Ok("")),
        ("filter[owner]=1", Ok("")),
        ("filter=1", Ok("")),
        ("filter[status]x=1", Ok("")),
        ("filter[[status]]=1", Ok("")),
        ("filter[]=1", Err("type")),
        ("filter[tags]=a&filter[tags]=b", Ok("filter%5Btags%5D=a&filter%5Btags%5D=b")),
        (
            "filter[tags][]=a&filter[tags][]=b",
            Ok("filter%5Btags%5D%5B%5D=a&filter%5Btags%5D%5B%5D=b"),
        ),
        (
            "filter[tags][0]=a&filter[tags][1]=b",
            Ok("filter%5Btags%5D%5B0%5D=a&filter%5Btags%5D%5B1%5D=b"),
        ),
        ("filter[tags][1]=a&filter[tags][0]=b", Err("two_readings")),
        ("filter[tags][0]=a&filter[tags][]=b", Err("two_readings")),
        ("filter[tags]=a&filter[tags][]=b", Err("two_readings")),
        ("filter[tags][x]=a", Err("two_readings")),
        (
            "filter[items][0][id]=1&filter[items][1][id]=2",
            Ok("filter%5Bitems%5D%5B0%5D%5Bid%5D=1&filter%5Bitems%5D%5B1%5D%5Bid%5D=2"),
        ),
        ("filter[items][0][price]=1", Ok("")),
        ("filter[items][][id]=1", Err("two_readings")),
        (
            "filter[labels][a]=1&filter[labels][b]=2",
            Ok("filter%5Blabels%5D%5Ba%5D=1&filter%5Blabels%5D%5Bb%5D=2"),
        ),
        ("filter[labels][a][b]=1", Err("schema")),
        ("filter[labels][a][b][c][d][e]=1", Err("too_deep")),
        ("filter[labels][0]=x&filter[labels][1]=y", Err("two_readings")),
        (
            "filter[labels][7]=x&filter[labels][b]=y",
            Ok("filter%5Blabels%5D%5B7%5D=x&filter%5Blabels%5D%5Bb%5D=y"),
        ),
        ("filter[labels][99]=x", Ok("filter%5Blabels%5D%5B99%5D=x")),
        ("filter[labels][__proto__]=x", Err("two_readings")),
        ("filter[labels][constructor]=x", Err("two_readings")),
        ("sealed[R]=1", Ok("sealed%5BR%5D=1")),
        ("sealed[admin]=1", Err("schema")),
        ("expand[]=a&expand[]=b", Ok("expand%5B%5D=a&expand%5B%5D=b")),
        ("expand[0]=a", Ok("expand%5B0%5D=a")),
        ("expand=a&expand=b", Ok("expand=a&expand=b")),
        ("created=5", Ok("created=5")),
        ("created[gt]=5", Ok("created%5Bgt%5D=5")),
        ("created=5&created[gt]=5", Err("two_readings")),
        ("created=x", Err("type")),
    ]);
}

#[test]
fn a_list_by_index_is_as_long_as_every_reader_follows() {
    let list = |count: usize| {
        let items = (0..count).map(|index| format!("expand%5B{index}%5D=a"));
        items.collect::<Vec<_>>().join("&")
    };
    let (longest, longer) = (list(20), list(21));
    queries(&[(&longest, Ok(&longest)), (&longer, Err("long_list"))]);
}

#[test]
fn a_document_in_one_value_is_read_like_a_body() {
    queries(&[
        ("json={\"R\":1}", Ok("json=%7B%22R%22%3A1%7D")),
        ("json=%7B%22%5Cu0052%22:%201%7D", Ok("json=%7B%22R%22%3A1%7D")),
        ("json={\"R\":1,\"admin\":true}", Ok("json=%7B%22R%22%3A1%7D")),
        ("json={\"R\":1,\"R\":2}", Err("duplicate_name")),
        ("json={\"R\":\"1\"}", Err("schema")),
        ("json={", Err("unexpected_end")),
        ("form=R%3D1%26name%3Da%2Bb", Ok("form=R%3D1%26name%3Da%2520b")),
        ("form=R%3D1%26admin%3D1", Ok("form=R%3D1")),
        ("form=R%3D1%26R%3D2", Err("repeated")),
    ]);
}

#[test]
fn what_is_left_out_is_told_by_name() {
    let styles = super::Styles::new();
    let request = Request::to("/query?debug=1&filter[admin]=1&pairs=R,1,admin,1&json={\"id\":1}");
    let accepted = styles.judge(&request).unwrap().unwrap();
    let dropped: Vec<&str> = accepted.dropped.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(dropped, ["pairs/admin", "filter[admin]", "json/id", "debug"]);
}

#[test]
fn booleans_go_on_in_one_spelling() {
    queries(&[
        ("on=True", Ok("on=true")),
        ("on=FALSE", Ok("on=false")),
        ("on=true", Ok("on=true")),
        ("on=tRUE", Err("type")),
        ("on=1", Err("type")),
        ("on=yes", Err("type")),
        ("on=", Err("type")),
        ("maybe=True", Ok("maybe=True")),
        ("flags=True,false,TRUE", Ok("flags=true,false,true")),
        ("flags=True,0", Err("type")),
        ("switch[on]=TRUE", Ok("switch%5Bon%5D=true")),
        (
            "switch[all][]=True&switch[all][]=false",
            Ok("switch%5Ball%5D%5B%5D=true&switch%5Ball%5D%5B%5D=false"),
        ),
        ("json={\"R\":True}", Err("syntax")),
    ]);
}
