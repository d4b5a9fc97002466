#include <fmt/format.h>
#include <paceline/gbench/logged_job.h>
#include <paceline/gbench/part_counters.h>
#include <paceline/http/target.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace paceline::gbench {
namespace {

/// Adds a group for each name, in the order of the parts.
void add_groups(stats::Groups& groups, const std::vector<std::string>& name_of_part) {
  for (std::size_t part = 0; part < name_of_part.size(); ++part) {
    const std::string& name = name_of_part[part];
    auto place = std::find(groups.names.begin(), groups.names.end(), name);
    if (place == groups.names.end()) place = groups.names.insert(place, name);
    groups.of_part[part].push_back(static_cast<std::size_t>(place - groups.names.begin()));
  }
}

std::vector<std::string> urls_of(const std::vector<Part>& parts, const std::string& embedded_url) {
  std::vector<std::string> urls;
  std::vector<std::string> hosts;
  std::set<std::string> distinct_urls;
  std::set<std::string> distinct_hosts;
  for (const Part& part : parts) {
    const std::string kept = logged_part(part, embedded_url).url;
    const std::size_t scheme = kept.find("://");
    std::string url(http::without_query(kept));
    if (scheme != std::string::npos) url.erase(0, scheme + 3);
    hosts.push_back(url.substr(0, url.find('/')));
    urls.push_back(std::move(url));
    distinct_hosts.insert(hosts.back());
    distinct_urls.insert(urls.back());
  }
  return distinct_hosts.size() == distinct_urls.size() ? hosts : urls;
}

void set_group(benchmark::UserCounters& counters, const std::string& name,
               const stats::GroupTally& tally, double wall) {
  const auto set = [&](const char* counter, double value) {
    counters[fmt::format("{}@{}", counter, name)] = value;
  };
  const auto set_quantile = [&](const char* counter, const Histogram& times, double quantile) {
    set(counter, stats::seconds_of(times.quantile(quantile)));
  };
  const auto requests = static_cast<double>(tally.requests);
  set("requests", requests);
  if (tally.requests == 0) return;
  set("error_ratio", static_cast<double>(tally.failed) / requests);
  if (tally.tokens_out > 0 && wall > 0) {
    set("tokens_out", static_cast<double>(tally.tokens_out) / wall);
  }
  if (tally.latency.count() == 0) return;
  set_quantile("p50", tally.latency, 0.5);
  set_quantile("p99", tally.latency, 0.99);
  if (!tally.ttft) return;
  set_quantile("ttft_p50", *tally.ttft, 0.5);
  set_quantile("ttft_p99", *tally.ttft, 0.99);
  if (tally.itl) set_quantile("itl_p50", *tally.itl, 0.5);
}

}  // namespace

std::shared_ptr<const stats::Groups> make_groups(const PartCounters& asked,
                                                 const Description& workload,
                                                 const std::string& embedded_url,
                                                 const text::Gate& gate) {
  if (!asked.model && !asked.url && !asked.status) return nullptr;
  constexpr std::size_t longest_name = 100;
  const std::vector<Part> parts = parts_of(workload);
  stats::Groups groups{.of_part = std::vector<std::vector<std::size_t>>(parts.size()),
                       .has_statuses = asked.status};
  const auto named = [&](const char* kind, std::vector<std::string> names) {
    for (std::string& name : names) {
      name = fmt::format("{}={}", kind, gate.shown(name, longest_name));
    }
    return names;
  };
  if (asked.model) {
    std::vector<std::string> models;
    models.reserve(parts.size());
    for (const Part& part : parts) models.push_back(part.model);
    add_groups(groups, named("model", std::move(models)));
  }
  if (asked.url) add_groups(groups, named("url", urls_of(parts, embedded_url)));
  return std::make_shared<const stats::Groups>(std::move(groups));
}

void set_part_counters(benchmark::UserCounters& counters, const stats::RunTally& tally) {
  if (!tally.parts) return;
  const double wall = stats::seconds_of(tally.last_done - tally.first_send);
  const std::vector<std::string>& names = tally.parts->groups().names;
  for (std::size_t place = 0; place < names.size(); ++place) {
    set_group(counters, names[place], tally.parts->tallies()[place], wall);
  }
  for (const auto& [status, requests] : tally.parts->statuses()) {
    counters[fmt::format("status_{}", status)] = static_cast<double>(requests);
  }
}

}  // namespace paceline::gbench
