// Any bytes as a batch file. It is refused with a sentence, or each of its lines reads as simdjson
// alone reads it, mended where it must be, in any order; when it is cut short meanwhile, what is
// gone is refused.

#include <paceline/api/json_reader.h>
#include <paceline/workload/batch_file.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"
#include "memory_file.h"

namespace paceline {
namespace {

struct Line {
  std::string custom_id;
  std::string url;
  std::string body;
  bool stream = false;
  bool operator==(const Line&) const = default;
};

Line copy_of(const workload::BatchLine& line) {
  return {std::string(line.custom_id), std::string(line.url), std::string(line.body), line.stream};
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) lines.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

/// Parses an object that is valid by JSON's grammar.
simdjson::dom::object object_of(simdjson::dom::parser& parser, const std::string& json) {
  simdjson::dom::object object;
  std::string mended;
  if (parser.parse(json).get(object) == simdjson::SUCCESS) return object;
  api::mend_valid_json(json, mended);
  require(parser.parse(mended).get(object) == simdjson::SUCCESS, "what is accepted is an object");
  return object;
}

std::string minified(const std::string& json) {
  simdjson::dom::parser parser;
  return simdjson::minify(object_of(parser, json));
}

/// Whether a line names the service, with its version or without.
bool names(const std::optional<std::string_view>& url, const std::string& service) {
  return url == service || (url && "/v1" + std::string(*url) == service);
}

/// The last value of a name, which is the one that counts.
std::optional<simdjson::dom::element> last(simdjson::dom::object object, std::string_view name) {
  std::optional<simdjson::dom::element> found;
  for (const auto field : object) {
    if (field.key == name) found = field.value;
  }
  return found;
}

std::optional<std::string_view> text_of(const std::optional<simdjson::dom::element>& value) {
  if (!value || !value->is_string()) return std::nullopt;
  return std::string_view(*value);
}

void check_line(const std::string& text, const Line& line) {
  simdjson::dom::parser parser;
  const simdjson::dom::object object = object_of(parser, text);
  require(!line.custom_id.empty(), "a custom_id is not empty");
  require(text_of(last(object, "custom_id")) == line.custom_id, "the custom_id is the line's");
  require(names(text_of(last(object, "url")), line.url), "the url is the line's");
  require(text_of(last(object, "method")) == "POST", "the method is POST");
  const auto value = last(object, "body");
  require(value && value->is_object(), "the body is an object");
  const simdjson::dom::object body = *value;
  std::string mended;
  api::mend_valid_json(text, mended);
  require(text.find(line.body) != std::string::npos || mended.find(line.body) != std::string::npos,
          "the body stands in the line");
  require(minified(line.body) == simdjson::minify(body), "the body is the line's");
  const auto stream = last(body, "stream");
  require(line.stream == (stream && stream->is_bool() && bool(*stream)), "stream is the body's");
}

/// Reads against the file's order. At least the first `sure` lines must be there; of the others,
/// some may have gone.
void check_backwards(const std::shared_ptr<const workload::BatchFile>& file,
                     const std::vector<Line>& lines, std::size_t sure) {
  workload::BatchReader reader(file);
  for (std::size_t k = lines.size(); k-- > 0;) {
    const auto line = reader.read(k);
    require(line || k >= sure, "an accepted line reads again");
    require(!line || copy_of(*line) == lines[k], "a line reads as before");
  }
}

void check(std::string_view text) {
  MemoryFile memory(text);
  const auto opened = workload::BatchFile::open(memory.path());
  if (!opened) {
    const Error& error = opened.error();
    require(error.message.starts_with(memory.path() + ":"), "an error names file and line");
    require(
        error.code == ErrorCode::line_names_server || error.message.find("; ") != std::string::npos,
        "an error says what to do");
    return;
  }
  const std::shared_ptr<const workload::BatchFile>& file = *opened;
  const std::vector<std::string> texts = lines_of(text);
  require(file->size() == texts.size(), "each line is a request");

  std::vector<Line> lines;
  std::set<std::string> ids;
  workload::BatchReader forwards(file);
  for (std::size_t k = 0; k < file->size(); ++k) {
    const auto line = forwards.read(k);
    require(line.has_value(), "an accepted line reads");
    lines.push_back(copy_of(*line));
    require(ids.insert(lines.back().custom_id).second, "no custom_id stands twice");
    check_line(texts[k], lines.back());
  }

  check_backwards(file, lines, file->size());
  memory.cut(text.size() / 2);
  check_backwards(file, lines, 0);
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  paceline::check(std::string(bytes, bytes + size));
  return 0;
}
