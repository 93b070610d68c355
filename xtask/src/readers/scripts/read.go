// What parsers of Go read: read PARSER < texts > readings. The form of both is told in read.py and tree.rs.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/url"
	"os"
	"path"
	"sort"
	"strings"
)

func text(value string) string { return "\"" + hex.EncodeToString([]byte(value)) }

func tree(value any) string {
	switch value := value.(type) {
	case nil:
		return "n"
	case bool:
		return string("ft"[map[bool]int{false: 0, true: 1}[value]])
	case float64:
		return fmt.Sprintf("#d%016x", math.Float64bits(value))
	case string:
		return text(value)
	case []any:
		items := make([]string, len(value))
		for place, item := range value {
			items[place] = tree(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	case map[string]any:
		members := []string{}
		for name, member := range value {
			members = append(members, hex.EncodeToString([]byte(name))+":"+tree(member))
		}
		sort.Strings(members)
		return "{" + strings.Join(members, ",") + "}"
	}
	return "!"
}

func grouped(pairs []any) any {
	sort.SliceStable(pairs, func(one, other int) bool {
		return pairs[one].([]any)[0].(string) < pairs[other].([]any)[0].(string)
	})
	return pairs
}

func readPairs(body string) (any, error) {
	found, err := url.ParseQuery(body)
	if err != nil {
		return nil, err
	}
	pairs := []any{}
	for name, values := range found {
		for _, value := range values {
			pairs = append(pairs, []any{name, value})
		}
	}
	return grouped(pairs), nil
}

func readParts(label string, body []byte) (any, error) {
	_, parameters, err := mime.ParseMediaType(label)
	if err != nil {
		return nil, err
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	pairs := []any{}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return grouped(pairs), nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		reading := []any{string(content)}
		_, said, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if name, ok := said["filename"]; ok {
			reading = append(reading, name)
		}
		pairs = append(pairs, []any{part.FormName(), reading})
	}
}

func readPath(target string) (any, error) {
	found, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	clean := path.Clean(found.Path)
	if strings.HasSuffix(found.Path, "/") && clean != "/" {
		clean += "/"
	}
	segments := []any{}
	for _, segment := range strings.Split(clean, "/")[1:] {
		segments = append(segments, segment)
	}
	return segments, nil
}

func readXML(body []byte) (any, error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	open := [][]any{{}}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		last := len(open) - 1
		switch token := token.(type) {
		case xml.StartElement:
			attributes := map[string]any{}
			for _, one := range token.Attr {
				if one.Name.Space == "xmlns" || one.Name.Local == "xmlns" {
					continue
				}
				attributes[one.Name.Space+"|"+one.Name.Local] = one.Value
			}
			open = append(open, []any{token.Name.Space, token.Name.Local, attributes})
		case xml.EndElement:
			element := open[last]
			open = open[:last]
			open[last-1] = append(open[last-1], any(element))
		case xml.CharData:
			around := open[last]
			if last == 0 {
				continue
			}
			if known, ok := around[len(around)-1].(string); ok && len(around) > 3 {
				around[len(around)-1] = known + string(token)
			} else {
				open[last] = append(around, string(token))
			}
		}
	}
	if len(open) != 1 || len(open[0]) != 1 {
		return nil, errors.New("not one element")
	}
	return open[0][0], nil
}

func read(reader string, label string, body []byte) (any, error) {
	switch reader {
	case "json":
		var value any
		err := json.Unmarshal(body, &value)
		return value, err
	case "pairs":
		return readPairs(string(body))
	case "multipart":
		return readParts(label, body)
	case "path":
		return readPath(string(body))
	case "xml":
		return readXML(body)
	}
	return nil, errors.New("no such reader")
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		label, _ := hex.DecodeString(words[0])
		body, _ := hex.DecodeString(words[1])
		value, err := read(os.Args[1], string(label), body)
		if err != nil {
			fmt.Fprintf(out, "!%q\n", err.Error())
			continue
		}
		fmt.Fprintln(out, tree(value))
	}
}
