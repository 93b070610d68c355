# What parsers of Ruby read: read.rb PARSER < texts > readings. The form of both is told in read.py and tree.rs.
require "json"
require "rack"
require "rexml/document"
require "stringio"
require "uri"

def hexed(value) = value.to_s.unpack1("H*")

def tree(value)
  case value
  when nil then "n"
  when true then "t"
  when false then "f"
  when Integer then "#i#{value}"
  when Float then "#d" + [value].pack("G").unpack1("H*")
  when String then '"' + hexed(value)
  when Array then "[" + value.map { |item| tree(item) }.join(",") + "]"
  else "{" + value.to_h.map { |name, member| "#{hexed(name)}:#{tree(member)}" }.sort.join(",") + "}"
  end
end

# Pairs of one name beside one another, in the order in which they came.
def grouped(pairs) = pairs.each_with_index.sort_by { |pair, place| [hexed(pair[0]), place] }.map(&:first)

def element(one)
  attributes = {}
  one.attributes.each_attribute do |attribute|
    next if attribute.prefix == "xmlns" || attribute.expanded_name == "xmlns"
    space = attribute.prefix.empty? ? "" : attribute.namespace
    attributes["#{space}|#{attribute.name}"] = attribute.value
  end
  out = [one.namespace.to_s, one.name, attributes]
  one.children.each do |child|
    case child
    when REXML::Comment then next
    when REXML::Text
      text = child.is_a?(REXML::CData) ? child.to_s : child.value
      out.length > 3 && out.last.is_a?(String) ? out[-1] += text : out.push(text)
    when REXML::Element then out.push(element(child))
    end
  end
  out
end

def parts(label, text)
  # Without brackets being followed: a bag of pairs.
  bag = Class.new do
    def initialize = @pairs = []
    attr_reader :pairs
    def normalize_params(_params, name, value, _depth) = @pairs << [name, value]
    def make_params = self
    def param_depth_limit = 32
    def to_params_hash = self
    def to_h = self
  end.new
  tempfiles = ->(_name, _type) { StringIO.new("".b) }
  Rack::Multipart::Parser.parse(StringIO.new(text), text.bytesize, label, tempfiles, 16_384, bag)
  grouped(bag.pairs.map do |name, value|
    value.is_a?(Hash) ? [name, [value[:tempfile].tap(&:rewind).read, value[:filename]]] : [name, [value]]
  end)
end

READERS = {
  "json" => ->(_label, text) { JSON.parse(text.dup.force_encoding("UTF-8")) },
  "pairs" => ->(_label, text) { grouped(URI.decode_www_form(text.dup.force_encoding("UTF-8"))) },
  "rack" => ->(_label, text) { Rack::Utils.parse_nested_query(text.dup.force_encoding("UTF-8")) },
  "multipart" => ->(label, text) { parts(label, text) },
  "path" => lambda do |_label, text|
    Rack::Utils.clean_path_info(Rack::Utils.unescape_path(text.dup.force_encoding("UTF-8"))).split("/", -1)[1..]
  end,
  "xml" => ->(_label, text) { element(REXML::Document.new(text.dup.force_encoding("UTF-8")).root) },
}.freeze

read = READERS.fetch(ARGV[0])
$stdout.sync = false
$stdin.each_line do |line|
  label, text = line.chomp.split(/ /, -1).map { |word| [word].pack("H*") }
  begin
    puts tree(read.call(label, text))
  rescue StandardError => error
    puts "!#{error.class}: #{error.message.inspect[0, 120]}"
  end
end
