//! Values in the path.

use super::{Request, expect, verdict};

fn paths(table: &[(&str, Result<&str, &str>)]) {
    expect(table, |styles, sent| verdict(styles, &Request::to(sent), |accepted| accepted.path));
}

#[test]
fn a_value_goes_on_so_that_no_server_finds_a_delimiter_in_it() {
    paths(&[
        ("/one/7", Ok("/one/7")),
        ("/one/%37", Ok("/one/7")),
        ("/one/07", Err("type")),
        ("/one/7;v=1", Err("type")),
        ("/text/a,b", Ok("/text/a,b")),
        ("/text/a%2Cb", Ok("/text/a,b")),
        ("/text/a;jsessionid=1", Ok("/text/a%3Bjsessionid=1")),
        ("/text/a%3bb", Ok("/text/a%3Bb")),
        ("/text/a+b", Ok("/text/a%2Bb")),
        ("/text/a%2Bb", Ok("/text/a%2Bb")),
        ("/text/a%20b", Ok("/text/a%20b")),
        ("/text/a|b[0]^", Ok("/text/a%7Cb%5B0%5D%5E")),
        ("/text/user@example.com:8", Ok("/text/user@example.com:8")),
        ("/text/a%252Cb", Ok("/text/a%252Cb")),
    ]);
}

#[test]
fn simple_values_stand_between_commas() {
    paths(&[
        ("/simple/ids/1,2", Ok("/simple/ids/1,2")),
        ("/simple/ids/1%2C2%2c3", Ok("/simple/ids/1,2,3")),
        ("/simple/ids/1", Ok("/simple/ids/1")),
        ("/simple/ids/1,2%2C3", Err("two_readings")),
        ("/simple/ids/1,x", Err("type")),
        ("/simple/ids/1,,2", Err("type")),
        ("/simple/ids/1,2,3,4,5,6", Err("schema")),
        ("/simple/words/a;b,c", Ok("/simple/words/a%3Bb,c")),
        ("/simple/words/a%252Cb,c", Ok("/simple/words/a%252Cb,c")),
        ("/simple/pairs/R,100,name,red", Ok("/simple/pairs/R,100,name,red")),
        ("/simple/pairs/name,a%3Db,R,1", Ok("/simple/pairs/name,a%3Db,R,1")),
        ("/simple/pairs/R,100,name", Err("unpaired_member")),
        ("/simple/pairs/R,x", Err("type")),
        ("/simple/pairs/R,1,R,2", Err("repeated")),
        ("/simple/pairs/R,1,admin,1", Err("undeclared_member")),
        ("/simple/pairs/admin,1", Err("undeclared_member")),
        ("/simple/pairs/id,1", Err("undeclared_member")),
        ("/simple/assigned/a=1,b=2", Ok("/simple/assigned/a=1,b=2")),
        ("/simple/assigned/a=1%2Cb=2", Ok("/simple/assigned/a=1,b=2")),
        ("/simple/assigned/a%3D1", Err("two_readings")),
        ("/simple/assigned/a=1=2", Err("two_readings")),
        ("/simple/assigned/a", Err("unpaired_member")),
    ]);
}

#[test]
fn labels_begin_with_a_dot() {
    paths(&[
        ("/label/one/.a", Ok("/label/one/.a")),
        ("/label/one/.a.b", Ok("/label/one/.a.b")),
        ("/label/one/%2Ea", Ok("/label/one/.a")),
        ("/label/one/a", Err("no_prefix")),
        ("/label/joined/.a,b", Ok("/label/joined/.a,b")),
        ("/label/joined/.a%2Cb", Ok("/label/joined/.a,b")),
        ("/label/ids/.1.2", Ok("/label/ids/.1.2")),
        ("/label/ids/.1,2", Err("type")),
        ("/label/ids/1.2", Err("no_prefix")),
        ("/label/pairs/.a,1,b,2", Ok("/label/pairs/.a,1,b,2")),
        ("/label/assigned/.R=1.name=red", Ok("/label/assigned/.R=1.name=red")),
        ("/label/assigned/.R=1.admin=1", Err("schema")),
        ("/report.csv", Ok("/report.csv")),
        ("/report.exe", Err("schema")),
        ("/reportcsv", Err("no_prefix")),
    ]);
}

#[test]
fn matrix_values_begin_with_a_semicolon_and_their_name() {
    paths(&[
        ("/matrix/one/;v=a", Ok("/matrix/one/;v=a")),
        ("/matrix/one/;v=a%2Cb", Ok("/matrix/one/;v=a%2Cb")),
        ("/matrix/one/;v", Ok("/matrix/one/;v")),
        ("/matrix/one/;v=", Ok("/matrix/one/;v")),
        ("/matrix/one/;w=a", Err("no_prefix")),
        ("/matrix/one/v=a", Err("no_prefix")),
        ("/matrix/one/%3Bv=a", Err("no_prefix")),
        ("/matrix/one/;v%3Da", Err("no_prefix")),
        ("/matrix/one/;v=a;w=b", Err("two_readings")),
        ("/matrix/one/;v=a%3Bw=b", Err("two_readings")),
        ("/matrix/joined/;v=a,b", Ok("/matrix/joined/;v=a,b")),
        ("/matrix/joined/;v=a%2Cb", Ok("/matrix/joined/;v=a,b")),
        ("/matrix/words/;v=a;v=b", Ok("/matrix/words/;v=a;v=b")),
        ("/matrix/words/;v=a;w=b", Err("no_prefix")),
        ("/matrix/words/;v=a%3Bv=b", Err("two_readings")),
        ("/matrix/words/;v=a%3Bv=b;v=c", Err("two_readings")),
        ("/matrix/pairs/;v=a,1,b,2", Ok("/matrix/pairs/;v=a,1,b,2")),
        ("/matrix/assigned/;a=1;b=2", Ok("/matrix/assigned/;a=1;b=2")),
        ("/matrix/assigned/;a=1%3Bb=2", Err("two_readings")),
        ("/matrix/assigned/a=1", Err("no_prefix")),
    ]);
}

#[test]
fn json_in_a_path_is_one_value() {
    paths(&[
        ("/json/%7B%22R%22:1%7D", Ok("/json/%7B%22R%22%3A1%7D")),
        ("/json/%7B%22R%22:1,%22R%22:2%7D", Err("duplicate_name")),
        ("/json/%7B%22admin%22:1%7D", Err("undeclared_member")),
        ("/json/7", Err("schema")),
    ]);
}

#[test]
fn several_values_in_a_segment_are_as_declared_in_every_way_to_split_it() {
    paths(&[
        ("/files/a.gz", Ok("/files/a.gz")),
        ("/files/a.tar.gz", Ok("/files/a.tar.gz")),
        ("/files/a.longer.gz", Err("schema")),
        ("/files/a%2Egz", Ok("/files/a.gz")),
        ("/files/a;b.gz", Ok("/files/a%3Bb.gz")),
        ("/files/a.b.c.d.e", Err("schema")),
        ("/repos/1-a.zip", Ok("/repos/1-a.zip")),
        ("/repos/1-a-b.zip", Err("type")),
        ("/repos/x-a.zip", Err("type")),
        ("/repos/1-a.exe", Err("schema")),
        ("/repos/1-.zip", Err("no operation")),
    ]);
}

#[test]
fn booleans_go_on_in_one_spelling() {
    paths(&[
        ("/flag/True", Ok("/flag/true")),
        ("/flag/false", Ok("/flag/false")),
        ("/flag/1", Err("type")),
        ("/flag/TRUE;x", Err("type")),
        ("/flags/;v=TRUE;v=False", Ok("/flags/;v=true;v=false")),
        ("/text/True", Ok("/text/True")),
    ]);
}
