#include <paceline/gbench/logged_job.h>

#include <algorithm>
#include <string_view>

#include <paceline/http/target.h>
#include <paceline/workload/content_hash.h>

namespace paceline::gbench {
namespace {

/// Without the user, and with a hash of the query, which may hold a key.
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

}  // namespace

log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url) {
  const std::string& url = description.url.empty() ? api_url : description.url;
  log::LoggedRun job;
  job.name = description.name;
  job.workload = description.fingerprint;
  job.model = description.model;
  if (!embedded_url.empty() && url.starts_with(embedded_url)) {
    job.host = embedded_host;
    job.url = embedded_host + url.substr(embedded_url.size());
  } else {
    job.host = http::host_of(url);
    job.url = url_to_keep(url);
  }
  return job;
}

}  // namespace paceline::gbench
