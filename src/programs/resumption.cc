#include <programs/resumption.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <paceline/log/logged_items.h>
#include <paceline/log/rank_file.h>
#include <paceline/stats/byte_form.h>
#include <paceline/text/numbers.h>
#include <programs/agreement.h>

template <>
struct paceline::stats::Members<paceline::log::LoggedResponse> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& response) {
    auto& [item, text] = response;
    form(item, text);
  }
};

namespace paceline::programs {
namespace {

constexpr std::size_t bits_of_letter = 8;

/// A text with one bit for each item, which is set if the item is missing.
std::string bits_of(const std::vector<std::uint64_t>& missing, std::uint64_t items) {
  std::string bits((items + bits_of_letter - 1) / bits_of_letter, '\0');
  for (const std::uint64_t item : missing) {
    char& letter = bits[item / bits_of_letter];
    letter = static_cast<char>(static_cast<unsigned char>(letter) | 1U << item % bits_of_letter);
  }
  return bits;
}

std::vector<std::uint64_t> items_of(const std::string& bits) {
  std::vector<std::uint64_t> items;
  for (std::uint64_t item = 0; item < bits.size() * bits_of_letter; ++item) {
    const auto letter = static_cast<unsigned char>(bits[item / bits_of_letter]);
    if ((letter >> item % bits_of_letter & 1U) != 0) items.push_back(item);
  }
  return items;
}

/// The items that are missing everywhere. A process without logs has no text.
std::string in_all(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& bits : texts) {
    if (bits.empty()) continue;
    if (all.empty()) all = bits;
    for (std::size_t i = 0; i < std::min(all.size(), bits.size()); ++i) {
      all[i] = static_cast<char>(static_cast<unsigned char>(all[i]) &
                                 static_cast<unsigned char>(bits[i]));
    }
  }
  return all;
}

/// The rank in a file's name that a rank has written for `log`; nothing for other files.
std::optional<std::uint64_t> rank_in(const std::string& name, const std::filesystem::path& log) {
  const std::string begin = log.stem().string() + ".";
  const std::string end = log.extension().string();
  if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) ||
      !name.ends_with(end)) {
    return std::nullopt;
  }
  const auto rank = text::parse_number<std::uint64_t>(
      name.substr(begin.size(), name.size() - begin.size() - end.size()), 0, 1'000'000);
  // Other spellings of the number are other files.
  if (!rank || log.filename().empty()) return std::nullopt;
  const std::filesystem::path written = log::rank_file(log.string(), *rank);
  return written.filename() == name ? std::optional(*rank) : std::nullopt;
}

/// The items before missing ones of the same session that are not missing.
std::vector<std::uint64_t> items_before(const std::vector<std::uint64_t>& missing,
                                        Sessions& sessions) {
  std::vector<std::uint64_t> items;
  std::uint64_t next = 0;
  for (const std::uint64_t item : missing) {
    const std::uint64_t first = sessions.first_item(sessions.session_of(item));
    for (next = std::max(next, first); next < item; ++next) items.push_back(next);
    next = item + 1;
  }
  return items;
}

}  // namespace

std::vector<std::string> logs_of_ranks(const std::vector<std::string>& logs) {
  std::vector<std::string> found;
  for (const std::string& log : logs) {
    std::error_code error;
    if (std::filesystem::is_regular_file(log, error)) found.push_back(log);
    const std::filesystem::path path(log);
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const auto rank = rank_in(entry.path().filename().string(), path);
      if (rank) found.push_back(log::rank_file(log, *rank));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::vector<std::uint64_t>> missing_items(run::Ranks& ranks,
                                                 const std::vector<std::string>& logs,
                                                 const log::LoggedRun& job, std::uint64_t items) {
  std::string bits;
  Result<void> read;
  if (!logs.empty()) {
    const auto logged = log::read_logged_items(logs, job);
    if (logged) {
      bits = bits_of(logged->missing(0, items), items);
    } else {
      read = tl::unexpected(logged.error());
    }
  }
  if (const auto agreed = agree(ranks, read); !agreed) return tl::unexpected(agreed.error());
  const auto all = ranks.combine("missing items", bits, in_all);
  if (!all) return tl::unexpected(all.error());
  if (all->empty()) {
    return fail(ErrorCode::file_unreadable, "no rank finds a log to resume on its machine");
  }
  return items_of(*all);
}

Result<std::vector<log::LoggedResponse>> earlier_turns(run::Ranks& ranks,
                                                       const std::vector<std::string>& logs,
                                                       const log::LoggedRun& job,
                                                       const std::vector<std::uint64_t>& missing,
                                                       Sessions& sessions) {
  Result<std::vector<log::LoggedResponse>> read;
  if (!logs.empty()) {
    read = log::read_logged_responses(logs, job, items_before(missing, sessions));
  }
  if (const auto agreed = agree(ranks, read); !agreed) return tl::unexpected(agreed.error());
  // Any rank may continue a session that another one began.
  const auto all = ranks.exchange("earlier turns", stats::to_bytes(*read));
  if (!all) return tl::unexpected(all.error());
  std::vector<log::LoggedResponse> turns;
  for (const std::string& bytes : *all) {
    auto of_rank = stats::of_bytes<std::vector<log::LoggedResponse>>(bytes);
    if (!of_rank) return tl::unexpected(run::unreadable_answer());
    std::move(of_rank->begin(), of_rank->end(), std::back_inserter(turns));
  }
  std::sort(turns.begin(), turns.end(),
            [](const auto& one, const auto& other) { return one.item < other.item; });
  return turns;
}

}  // namespace paceline::programs
