#include <mpi/peers.h>

#include <fmt/format.h>

#include <utility>

namespace paceline::mpi {

Peers::Peers(std::uint64_t own, std::uint64_t count, TimePoint now)
    : own_(own), peers_(count, Peer{now}) {}

std::string Peers::name_of(std::uint64_t rank) const {
  if (rank >= machines_.size()) return fmt::format("rank {}", rank);
  return fmt::format("rank {} ({})", rank, machines_[rank].host);
}

void Peers::looked_away(std::chrono::nanoseconds time) {
  for (Peer& peer : peers_) peer.heard += time;
}

std::optional<std::uint64_t> Peers::find_lost(TimePoint now) {
  std::optional<std::uint64_t> first;
  for (std::uint64_t rank = 0; rank < peers_.size(); ++rank) {
    Peer& peer = peers_[rank];
    const bool is_heard = rank != own_ && (own_ == 0 || rank == 0);
    if (!is_heard || peer.is_lost || now - peer.heard <= longest_silence) continue;
    peer.is_lost = true;
    if (!first) first = rank;
  }
  return first;
}

bool Peers::are_gone() const {
  for (std::uint64_t rank = 0; rank < peers_.size(); ++rank) {
    if (rank != own_ && !peers_[rank].is_lost && !peers_[rank].is_gone) return false;
  }
  return true;
}

std::vector<bool> Peers::lost() const {
  std::vector<bool> lost;
  for (const Peer& peer : peers_) lost.push_back(peer.is_lost);
  return lost;
}

std::optional<std::string> Peers::take_tally(std::uint64_t rank, std::uint64_t run) {
  std::optional<OwnTally>& tally = peers_[rank].tally;
  if (!tally || tally->run != run) return std::nullopt;
  return std::exchange(tally, std::nullopt)->bytes;
}

Result<std::optional<std::string>> Peers::take_call(std::uint64_t rank, const Call& own) {
  std::deque<Call>& calls = peers_[rank].calls;
  // Rank 0 does not wait for the others in each call.
  while (!calls.empty() && calls.front().number < own.number) calls.pop_front();
  if (calls.empty()) return std::nullopt;
  if (calls.front().number != own.number || calls.front().what != own.what) {
    return fail(ErrorCode::ranks_differ,
                fmt::format("{} and {} do different things: '{}' and '{}'; do all ranks have the "
                            "same benchmarks?",
                            name_of(rank), name_of(own_), calls.front().what, own.what));
  }
  std::string text = std::move(calls.front().text);
  calls.pop_front();
  return text;
}

}  // namespace paceline::mpi
