<?php
// What parsers of PHP read: read.php PARSER < texts > readings. The form of both is told in read.py and tree.rs.
// As the page of PHP's own server it answers with what it was posted.

function tree($value): string
{
    if ($value === null) return "n";
    if (is_bool($value)) return $value ? "t" : "f";
    if (is_int($value)) return "#i$value";
    if (is_float($value)) return "#d" . bin2hex(pack("E", $value));
    if (is_string($value)) return '"' . bin2hex($value);
    if (is_array($value) && array_is_list($value)) return "[" . implode(",", array_map("tree", $value)) . "]";
    $members = [];
    foreach ((array) $value as $name => $member) $members[] = bin2hex((string) $name) . ":" . tree($member);
    sort($members, SORT_STRING);
    return "{" . implode(",", $members) . "}";
}

/** An array that is a whole body is an object, also an empty one. */
function members(array $value): string
{
    return array_is_list($value) ? tree((object) $value) : tree($value);
}

function flat($name, $value): array
{
    if (!is_array($value)) return [[(string) $name, [$value]]];
    $out = [];
    foreach ($value as $key => $item) {
        $out = array_merge($out, flat($name . "[" . (array_is_list($value) ? "" : $key) . "]", $item));
    }
    return $out;
}

/** What PHP's own server made of parts. */
function posted(): string
{
    $pairs = [];
    foreach ($_POST as $name => $value) $pairs = array_merge($pairs, flat($name, $value));
    foreach ($_FILES as $name => $file) {
        $content = $file["error"] === UPLOAD_ERR_OK ? file_get_contents($file["tmp_name"]) : "";
        $pairs[] = [(string) $name, [$content, $file["full_path"] ?? $file["name"]]];
    }
    usort($pairs, fn ($one, $other) => strcmp($one[0], $other[0]));
    return tree($pairs);
}

function element(DOMElement $one): array
{
    $attributes = [];
    foreach ($one->attributes as $attribute) {
        $attributes[($attribute->namespaceURI ?? "") . "|" . $attribute->localName] = $attribute->value;
    }
    $out = [$one->namespaceURI ?? "", $one->localName, (object) $attributes];
    foreach ($one->childNodes as $child) {
        if ($child instanceof DOMElement) $out[] = element($child);
        elseif ($child instanceof DOMText) {
            if (count($out) > 3 && is_string(end($out))) $out[count($out) - 1] .= $child->data;
            else $out[] = $child->data;
        }
    }
    return $out;
}

function read(string $reader, string $text): string
{
    switch ($reader) {
        case "json":
            return tree(json_decode($text, false, 512, JSON_THROW_ON_ERROR));
        case "pairs":
            parse_str($text, $found);
            return members($found);
        case "xml":
            $document = new DOMDocument();
            if (!@$document->loadXML($text)) throw new Exception("not well-formed");
            return tree(element($document->documentElement));
        case "path":
            $path = parse_url("http://api" . $text, PHP_URL_PATH);
            return tree(array_map("rawurldecode", array_slice(explode("/", $path), 1)));
    }
    throw new Exception("no such reader");
}

if (PHP_SAPI === "cli-server") {
    header("Content-Type: text/plain");
    $said = posted();
    header("Content-Length: " . strlen($said));
    echo $said;
    return;
}
while (($line = fgets(STDIN)) !== false) {
    [, $text] = explode(" ", rtrim($line, "\n"));
    try {
        echo read($argv[1], hex2bin($text)), "\n";
    } catch (Throwable $error) {
        echo "!", substr(preg_replace('/[^ -~]/', "?", $error->getMessage()), 0, 120), "\n";
    }
}
