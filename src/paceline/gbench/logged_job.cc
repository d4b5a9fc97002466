#include <paceline/gbench/logged_job.h>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <paceline/http/target.h>
#include <paceline/workload/file_lines.h>

namespace paceline::gbench {
namespace {

/// The URL without the user, and with a hash of the query, which may hold a key.
std::string url_to_keep(const std::string& url) {
  const std::string_view whole = std::string_view(url).substr(0, url.find('#'));
  const std::size_t scheme_end = whole.find("://");
  const std::size_t host = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const std::size_t path = std::min(whole.find_first_of("/?", host), whole.size());
  const std::size_t user = whole.substr(0, path).rfind('@');
  const std::size_t host_begin = user == std::string_view::npos || user < host ? host : user + 1;
  const std::size_t query = whole.find('?', path);
  std::string kept(whole.substr(0, host));
  kept += whole.substr(host_begin, std::min(query, whole.size()) - host_begin);
  if (query != std::string_view::npos)
    kept += "?#" + workload::content_hash_text(whole.substr(query));
  return kept;
}

/// The distinct texts of the parts, in their order.
template <typename TextOf>
std::vector<std::string> distinct(const std::vector<Part>& parts, const TextOf& text_of) {
  std::vector<std::string> texts;
  for (const Part& part : parts) {
    std::string text = text_of(part);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

template <typename TextOf>
std::string joined(const std::vector<Part>& parts, const TextOf& text_of) {
  return fmt::format("{}", fmt::join(distinct(parts, text_of), ", "));
}

}  // namespace

std::vector<Part> parts_of(const Description& description) {
  if (!description.parts.empty()) return description.parts;
  return {{description.model, description.url, 0}};
}

log::LoggedPart logged_part(const Part& part, const std::string& embedded_url) {
  if (!embedded_url.empty() && part.url.starts_with(embedded_url)) {
    return {part.model, embedded_host + part.url.substr(embedded_url.size())};
  }
  return {part.model, url_to_keep(part.url)};
}

std::string shown_host(const std::string& url, const std::string& embedded_url) {
  std::string host = http::host_of(url);
  const bool is_embedded = !embedded_url.empty() && host == http::host_of(embedded_url);
  return is_embedded ? embedded_host : host;
}

std::vector<std::string> hosts_of(Workload& workload, const std::string& embedded_url) {
  Request request;
  return distinct(parts_of(workload.describe()), [&](const Part& part) {
    workload.make(part.item, request);
    return shown_host(request.url, embedded_url);
  });
}

log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url) {
  Description whole = description;
  if (whole.url.empty()) whole.url = api_url;
  const std::vector<Part> parts = parts_of(whole);
  log::LoggedRun job;
  job.name = description.name;
  job.workload = description.fingerprint;
  job.model = description.model;
  job.host = joined(parts, [&](const Part& part) { return shown_host(part.url, embedded_url); });
  job.url = joined(parts, [&](const Part& part) { return logged_part(part, embedded_url).url; });
  if (parts.size() > 1) {
    for (const Part& part : parts) job.parts.push_back(logged_part(part, embedded_url));
  }
  return job;
}

}  // namespace paceline::gbench
