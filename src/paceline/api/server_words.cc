#include <paceline/api/response_fields.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

#include <paceline/api/json_reader.h>
#include <paceline/text/strings.h>

namespace paceline::api {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t longest_words = 300;
/// Only the beginning of a long text is searched.
constexpr std::size_t longest_look = 16U << 10U;
constexpr int deepest_error = 8;
/// Fields that may contain a message, in the order of the search.
constexpr std::array<const char*, 14> message_fields{
    "error",     "message",           "detail",      "errors", "msg",        "error_description",
    "Message",   "error_message",     "description", "title",  "status_msg", "reason",
    "base_resp", "incomplete_details"};
/// Fields that name an error without a message.
constexpr std::array<const char*, 3> name_fields{"code", "type", "status"};

bool is_space(char letter) {
  return std::isspace(static_cast<unsigned char>(letter)) != 0;
}

/// The text on one line, truncated.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char letter : text.substr(0, longest_look)) {
    const char written = is_space(letter) ? ' ' : letter;
    if (written == ' ' && (line.empty() || line.back() == ' ')) continue;
    line += written;
    if (line.size() > longest_words + 4) break;
  }
  while (line.ends_with(' ')) line.pop_back();
  line.resize(text::cut_utf8(line, longest_words).size());
  return line;
}

std::string words_in(simdjson::simdjson_result<dom::element> found, int depth);

/// The place in the request that an error of FastAPI is about, such as ["body", "stream_options"].
std::string place_of(simdjson::simdjson_result<dom::element> found) {
  std::string place;
  dom::array steps;
  if (!read_value(found, steps)) return place;
  for (const dom::element step : steps) {
    std::string_view name;
    if (!place.empty()) place += '.';
    if (step.get(name) == simdjson::SUCCESS) {
      place += name;
    } else {
      place += simdjson::to_string(step);
    }
  }
  return place;
}

std::string words_in_object(dom::element object, int depth) {
  for (const char* field : message_fields) {
    std::string words = words_in(object[field], depth + 1);
    if (words.empty()) continue;
    if (const std::string place = place_of(object["loc"]); !place.empty()) {
      words.insert(0, place + ": ");
    }
    // The message of a gateway says little. This field has the message of its provider.
    std::string_view raw;
    if (read_value(object["metadata"]["raw"], raw) && !raw.empty()) {
      words.append(": ").append(raw);
    }
    return words;
  }
  if (depth == 0) return {};
  for (const char* field : name_fields) {
    std::string_view name;
    if (read_value(object[field], name) && !name.empty()) return std::string(name);
  }
  return {};
}

std::string words_in(simdjson::simdjson_result<dom::element> found, int depth) {
  if (found.error() != simdjson::SUCCESS || depth > deepest_error) return {};
  const dom::element element = found.value_unsafe();
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text.substr(0, longest_look));
  if (element.is_object()) return words_in_object(element, depth);
  dom::array items;
  std::string all;
  if (element.get(items) != simdjson::SUCCESS) return all;
  for (const dom::element item : items) {
    const std::string words = words_in(as_found(item), depth + 1);
    if (words.empty()) continue;
    if (!all.empty()) all += "; ";
    all += words;
    if (all.size() > longest_words) break;
  }
  return all;
}

/// Position of `name`, which is in lower case, in `html` in any case.
std::size_t find_tag(std::string_view html, std::string_view name, std::size_t from) {
  if (from > html.size()) return std::string_view::npos;
  const auto found =
      std::search(html.begin() + static_cast<std::ptrdiff_t>(from), html.end(), name.begin(),
                  name.end(), [](char letter, char wanted) {
                    return std::tolower(static_cast<unsigned char>(letter)) == wanted;
                  });
  return found == html.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - html.begin());
}

bool is_html(std::string_view text) {
  return text.starts_with('<') && (find_tag(text, "<!doctype", 0) == 0 ||
                                   find_tag(text, "<html", 0) != std::string_view::npos ||
                                   find_tag(text, "</", 0) != std::string_view::npos);
}

/// The text of HTML, with a space in place of each tag.
std::string without_tags(std::string_view html) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> unseen{
      {{"<style", "</style"}, {"<script", "</script"}, {"<!--", "-->"}, {"<title", "</title"}}};
  std::string text;
  for (std::size_t place = 0; place < html.size();) {
    if (html[place] != '<') {
      text += html[place++];
      continue;
    }
    text += ' ';
    for (const auto& [begin, end] : unseen) {
      if (find_tag(html.substr(place, begin.size()), begin, 0) != 0) continue;
      place = std::min(find_tag(html, end, place), html.size());
    }
    place = std::min(html.find('>', place), html.size() - 1) + 1;
  }
  return text;
}

void decode_entities(std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> entities{{{"&lt;", "<"},
                                                                                   {"&gt;", ">"},
                                                                                   {"&quot;", "\""},
                                                                                   {"&#39;", "'"},
                                                                                   {"&apos;", "'"},
                                                                                   {"&nbsp;", " "},
                                                                                   {"&amp;", "&"}}};
  for (const auto& [entity, letter] : entities) {
    for (std::size_t at = text.find(entity); at != std::string::npos;
         at = text.find(entity, at + letter.size())) {
      text.replace(at, entity.size(), letter);
    }
  }
}

std::string words_of_html(std::string_view html) {
  std::string words;
  const std::size_t title = find_tag(html, "<title", 0);
  if (title != std::string_view::npos) {
    const std::size_t begin = std::min(html.find('>', title), html.size() - 1) + 1;
    const std::size_t end = find_tag(html, "</title", begin);
    words = one_line(html.substr(begin, end == std::string_view::npos ? end : end - begin));
  }
  if (words.empty()) words = without_tags(html);
  decode_entities(words);
  return words;
}

bool is_binary(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char letter) {
    constexpr char escape = '\x1b';
    const auto byte = static_cast<unsigned char>(letter);
    return byte < 0x20 && !is_space(letter) && letter != escape;
  });
}

}  // namespace

std::string words_of_error(dom::element error) {
  return one_line(words_in(as_found(error), 0));
}

std::string words_of_text(std::string_view text) {
  text = text.substr(0, longest_look);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (is_binary(text)) return {};
  return one_line(is_html(text) ? words_of_html(text) : std::string(text));
}

std::string with_words(std::string_view sentence, std::string_view words) {
  std::string whole(sentence);
  if (!words.empty()) whole.append(": ").append(words);
  return whole;
}

}  // namespace paceline::api
