//! Tables: what is sent, and what reaches the API of it.

use super::expect;

#[test]
fn brackets_reach_the_api_where_they_are_declared() {
    expect(
        "/charges",
        &[
            ("amount=5&capture=true", Ok("amount=5&capture=true")),
            ("capture=True&card[checks][cvc]=FALSE", Ok("capture=true&card[checks][cvc]=false")),
            (
                "metadata[order]=6735&metadata[a%20b]=%C3%A9",
                Ok("metadata[order]=6735&metadata[a%20b]=%C3%A9"),
            ),
            ("metadata%5Border%5D=6735", Ok("metadata[order]=6735")),
            ("metadata=", Ok("metadata=")),
            ("metadata={\"a\":\"b\"}", Err("schema")),
            ("expand[]=a&expand[]=b", Ok("expand[]=a&expand[]=b")),
            ("expand[0]=a&expand[1]=b", Ok("expand[0]=a&expand[1]=b")),
            ("expand=a&expand=b", Ok("expand=a&expand=b")),
            ("card[number]=4242", Ok("card[number]=4242")),
            ("card[checks][cvc]=true&card[number]=1", Ok("card[checks][cvc]=true&card[number]=1")),
            (
                "items[0][price]=p1&items[0][quantity]=2&items[1][price]=p2&items[1][taxes][]=t",
                Ok(
                    "items[0][price]=p1&items[0][quantity]=2&items[1][price]=p2&items[1][taxes][]=t",
                ),
            ),
            // Members of items in turn, as some clients write them.
            (
                "items[0][price]=p1&items[1][price]=p2&items[0][quantity]=2",
                Ok("items[0][price]=p1&items[1][price]=p2&items[0][quantity]=2"),
            ),
            ("created[gt]=5", Ok("created[gt]=5")),
            ("created=5", Ok("created=5")),
        ],
    );
}

#[test]
fn what_readers_of_brackets_take_for_different_things_is_refused_by_name() {
    expect(
        "/charges",
        &[
            ("items[1][price]=a&items[0][price]=b", Err("two_readings")),
            ("items[1][price]=a", Err("two_readings")),
            ("items[00][price]=a", Err("two_readings")),
            ("items[][price]=a", Err("two_readings")),
            ("items[0][price]=a&items[][price]=b", Err("two_readings")),
            ("items[x][price]=a", Err("two_readings")),
            ("items=a", Err("type")),
            ("items[0]=a", Err("type")),
            ("expand[]=a&expand[0]=b", Err("two_readings")),
            ("expand=a&expand[]=b", Err("two_readings")),
            ("metadata[0]=a&metadata[1]=b", Err("two_readings")),
            ("metadata[__proto__]=a", Err("two_readings")),
            ("metadata[a]=1&metadata[a]=2", Err("repeated")),
            ("metadata[]=a", Err("type")),
            ("metadata[a", Err("two_readings")),
            ("metadata[a]b=1", Err("two_readings")),
            ("metadata[a[b]]=1", Err("two_readings")),
            ("created=5&created[gt]=5", Err("two_readings")),
            ("card[a][b][c][d][e][f]=1", Err("too_deep")),
            ("amount[]=5", Err("type")),
            ("amount[$gt]=5", Err("schema")),
            ("capture=yes", Err("type")),
            ("capture=1", Err("type")),
        ],
    );
    let list = |count: usize| {
        let items = (0..count).map(|index| format!("expand[{index}]=a"));
        items.collect::<Vec<_>>().join("&")
    };
    let (longest, longer) = (list(20), list(21));
    expect("/charges", &[(&longest, Ok(&longest)), (&longer, Err("long_list"))]);
}

#[test]
fn undeclared_and_read_only_properties_stay_out_at_every_depth() {
    expect(
        "/charges",
        &[
            ("card[admin]=true", Err("closed_schema")),
            ("admin[x]=true", Err("closed_schema")),
            ("card[number]=1&card[checks][level]=high", Ok("card[number]=1")),
            ("card[checks][level]=high", Ok("")),
            ("card[checks][admin]=1&amount=1", Ok("amount=1")),
            ("items[0][price]=a&items[0][discount]=99", Ok("items[0][price]=a")),
            ("items[0][price]=a&items[1][discount]=99", Err("empty_item")),
        ],
    );
    expect(
        "/users",
        &[
            ("user[name]=a&user[role]=admin", Ok("user[name]=a")),
            ("user[role]=admin&name=b", Ok("name=b")),
            // A text in JSON would go on as the text, and be read as something else.
            ("user=%22a%3D%22", Err("type")),
            ("user=%22%7B%7D%22", Err("type")),
            ("user={\"name\":\"a\",\"role\":\"admin\"}", Ok("user=%7B%22name%22%3A%22a%22%7D")),
            ("user={\"name\":\"a\"}&user[role]=admin", Err("two_readings")),
            ("user[name]=a&user[is_admin]=1", Ok("user[name]=a")),
            ("role=admin&name=b", Ok("name=b")),
            ("role[]=admin", Err("type")),
            ("role[x]=admin&name=b", Ok("name=b")),
            ("account[role]=admin&name=b", Ok("name=b")),
            ("account[7]=x&account[role=x&name=b", Ok("name=b")),
            ("name=a&password[$ne]=x", Err("schema")),
            ("name=a&password[]=x", Err("type")),
            ("filter[name]=a&filter[role]=b", Ok("filter[name]=a")),
            ("rows[0][id]=1&rows[0][owner]=me", Ok("rows[0][id]=1")),
        ],
    );
}

#[test]
fn a_map_of_texts_takes_no_object_in_brackets() {
    expect(
        "/map",
        &[
            ("a=1&b=2", Ok("a=1&b=2")),
            ("user[name]=a", Ok("user[name]=a")),
            ("user[role]=admin", Ok("")),
            ("account[role]=admin", Err("schema")),
            ("account[role=admin", Err("two_readings")),
            ("[user][role]=admin", Err("two_readings")),
        ],
    );
}

#[test]
fn no_member_of_a_map_is_a_declared_one_to_php_or_rack() {
    expect(
        "/map",
        &[
            ("is_admin=true", Ok("")),
            ("is.admin=true", Ok("")),
            ("is+admin=true", Ok("")),
            ("+is_admin=true", Ok("")),
            ("is_admin%00x=true", Err("nul")),
            ("is[admin=true", Err("two_readings")),
            ("is_admin]=true", Ok("")),
            ("]is_admin=true", Ok("")),
            ("user]=a", Ok("")),
            // A plain one, too: what a rule asks of it would be asked of another value.
            ("account=a&+account=b", Err("two_readings")),
            ("Account=b", Err("two_readings")),
            ("is.owner=a&first+name=b", Ok("is.owner=a&first%20name=b")),
        ],
    );
}

#[test]
fn where_nothing_is_declared_brackets_are_part_of_a_name() {
    expect("/anything", &[("a[5]=1&a[b=2&c[]=3", Ok("a[5]=1&a[b=2&c[]=3"))]);
}

#[test]
fn without_an_encoding_lists_are_repeated_and_objects_json_or_either_is_in_brackets() {
    expect(
        "/users",
        &[
            ("tags=a&tags=b", Ok("tags=a&tags=b")),
            ("tags[]=a&tags[]=b", Ok("tags[]=a&tags[]=b")),
            ("tags[0]=a&tags[1]=b", Ok("tags[0]=a&tags[1]=b")),
            ("tags=a&tags[]=b", Err("two_readings")),
            ("user={\"name\": \"a\"}", Ok("user=%7B%22name%22%3A%22a%22%7D")),
            ("user=[1]", Err("type")),
            ("user=a", Err("type")),
            (
                "rows={\"id\":1}&rows={\"id\":2}",
                Ok("rows=%7B%22id%22%3A1%7D&rows=%7B%22id%22%3A2%7D"),
            ),
            ("rows=[1]", Err("type")),
            ("rows[0][id]=1&rows[1][id]=2", Ok("rows[0][id]=1&rows[1][id]=2")),
        ],
    );
}

#[test]
fn every_declared_style_is_read_and_written_in_that_style_only() {
    expect(
        "/notes",
        &[
            ("commas=1,2", Ok("commas=1,2")),
            ("commas=1%2C2", Ok("commas=1,2")),
            ("commas=1,2%2C3", Err("two_readings")),
            ("commas=1&commas=2", Err("repeated")),
            ("commas=1,x", Err("type")),
            ("commas[]=1", Err("type")),
            ("spaces=a+b%20c", Ok("spaces=a%20b%20c")),
            ("pipes=a|b", Ok("pipes=a%7Cb")),
            ("pairs=r,1,g,2", Ok("pairs=r,1,g,2")),
            ("pairs=r,1,admin,2", Ok("pairs=r,1")),
            ("pairs=admin,2&free=a", Ok("free=a")),
            ("pairs=r,1,g", Err("unpaired_member")),
            ("pairs[r]=1", Err("type")),
            ("street=a&zip=b", Ok("street=a&zip=b")),
            ("street=a&id=7", Ok("street=a")),
            ("place[street]=a", Err("type")),
            ("place={}", Err("type")),
            ("each=a&each=b", Ok("each=a&each=b")),
            ("each[]=a", Err("type")),
            ("json=[1, 2]", Ok("json=%5B1%2C2%5D")),
            ("json=1", Err("schema")),
            ("json=[1]&json=[2]", Err("repeated")),
            ("free=a/b", Ok("free=a%2Fb")),
        ],
    );
}
