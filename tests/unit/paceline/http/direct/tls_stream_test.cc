// The bytes of a stream. tls_stream_refusals_test.cc has the errors.

#include <gtest/gtest.h>
#include <paceline/http/direct/tls_stream.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "tls_pair.h"

namespace paceline::http::direct {
namespace {

const std::array<int, 2> tls_versions{TLS1_2_VERSION, TLS1_3_VERSION};

std::string long_text(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

TEST(TlsStream, CarriesTextBothWays) {
  for (const int version : tls_versions) {
    const TlsPeerContext context({.most_version = version});
    TlsPair pair(context);
    ASSERT_EQ(pair.shake(), TlsStream::State::open);
    EXPECT_EQ(pair.heard, "");
    EXPECT_EQ(pair.send("hello"), "hello");
    pair.peer.write("good day");
    EXPECT_EQ(pair.take(pair.peer.give()), "good day");
    EXPECT_EQ(pair.send(""), "");
    EXPECT_FALSE(pair.stream.has_ended());
  }
}

TEST(TlsStream, AHandshakeMayComeInPiecesOfEveryLength) {
  for (const int version : tls_versions) {
    const TlsPeerContext context({.most_version = version});
    std::size_t longest = 1;
    for (std::size_t length = 1; length <= longest; length += length < 100 ? 1 : 37) {
      TlsPair pair(context);
      TlsStream::State state = pair.stream.shake({});
      while (state == TlsStream::State::reading) {
        pair.peer.take(std::exchange(pair.stream.output(), {}));
        const std::string flight = pair.peer.give();
        ASSERT_FALSE(flight.empty());
        longest = std::max(longest, flight.size());
        std::string_view rest = flight;
        while (!rest.empty() && state == TlsStream::State::reading) {
          // A copy that ends with the piece, and goes with it.
          const std::string piece(rest.substr(0, length));
          state = pair.stream.shake(piece);
          rest.remove_prefix(piece.size());
        }
        if (!rest.empty()) pair.take(rest);
      }
      ASSERT_EQ(state, TlsStream::State::open) << length;
      EXPECT_EQ(pair.send("hello"), "hello") << length;
    }
    EXPECT_GT(longest, 400U);
  }
}

TEST(TlsStream, TextMayComeInPiecesOfEveryLength) {
  const TlsPeerContext context;
  for (std::size_t length = 1; length < 120; ++length) {
    TlsPair pair(context);
    ASSERT_EQ(pair.shake(), TlsStream::State::open);
    pair.peer.write("one");
    pair.peer.write("two, which is longer");
    const std::string bytes = pair.peer.give();
    std::string heard;
    for (std::size_t at = 0; at < bytes.size(); at += length) {
      const std::string piece = bytes.substr(at, length);
      const std::optional<std::string> text = pair.take(piece, 7);
      ASSERT_TRUE(text.has_value());
      heard += *text;
    }
    EXPECT_EQ(heard, "onetwo, which is longer");
  }
}

TEST(TlsStream, ReadsAsMuchAsThereIsRoomFor) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  // Longer than a record.
  const std::string text = long_text(50'000);
  pair.peer.write(text);
  const std::string bytes = pair.peer.give();
  pair.stream.take(bytes);
  std::string first(20'000, '\0');
  EXPECT_EQ(pair.stream.read(first), first.size());
  std::string second(40'000, '\0');
  EXPECT_EQ(pair.stream.read(second), 30'000U);
  EXPECT_TRUE(first + second.substr(0, 30'000) == text);
  EXPECT_EQ(pair.stream.read(second), 0U);
}

TEST(TlsStream, WritesMoreThanARecord) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  const std::string text = long_text(100'000);
  EXPECT_TRUE(pair.send(text) == text);
}

TEST(TlsStream, WhatComesWithTheHandshakesEndIsRead) {
  // With TLS 1.2 the server's last flight ends the handshake.
  const TlsPeerContext context({.most_version = TLS1_2_VERSION});
  for (const std::size_t cut : {0U, 1U, 5U, 6U, 20U}) {
    TlsPair pair(context);
    TlsStream::State state = pair.stream.shake({});
    while (!pair.peer.is_open()) {
      pair.peer.take(std::exchange(pair.stream.output(), {}));
      if (!pair.peer.is_open()) state = pair.stream.shake(pair.peer.give());
    }
    ASSERT_EQ(state, TlsStream::State::reading);
    const std::string last = pair.peer.give();
    pair.peer.write("at once");
    const std::string text = pair.peer.give();
    {
      const std::string together = last + text.substr(0, text.size() - cut);
      ASSERT_EQ(pair.stream.shake(together), TlsStream::State::open);
    }
    // The bytes of the handshake are gone by now.
    std::string heard = pair.take({}).value();
    heard += pair.take(text.substr(text.size() - cut)).value();
    EXPECT_EQ(heard, "at once");
  }
}

TEST(TlsStream, AProperEndIsToldFromACutOne) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  pair.peer.write("bye");
  pair.peer.end();
  const std::string bytes = pair.peer.give();
  EXPECT_EQ(pair.take(bytes.substr(0, bytes.size() - 1)), "bye");
  EXPECT_FALSE(pair.stream.has_ended());
  EXPECT_EQ(pair.take(bytes.substr(bytes.size() - 1)), "");
  EXPECT_TRUE(pair.stream.has_ended());
  EXPECT_FALSE(pair.stream.has_failed());
  // The client's side is still open.
  EXPECT_EQ(pair.send("hello"), "hello");
}

TEST(TlsStream, TheServersKeysMayChange) {
  const TlsPeerContext context;
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  ASSERT_EQ(SSL_key_update(pair.peer.raw(), SSL_KEY_UPDATE_REQUESTED), 1);
  pair.peer.write("new");
  EXPECT_EQ(pair.take(pair.peer.give()), "new");
  EXPECT_EQ(pair.send("hello"), "hello");
  EXPECT_EQ(pair.send("and on"), "and on");
}

TEST(TlsStream, TextThatIsWrittenWhileTheServerRenegotiatesIsNotLost) {
  const TlsPeerContext context({.most_version = TLS1_2_VERSION});
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  ASSERT_EQ(SSL_renegotiate(pair.peer.raw()), 1);
  ASSERT_EQ(SSL_do_handshake(pair.peer.raw()), 1);
  EXPECT_EQ(pair.take(pair.peer.give()), "");
  // The client's hello is on its way.
  std::string heard = pair.send("hello");
  for (int round = 0; round < 4; ++round) {
    EXPECT_EQ(pair.take(pair.peer.give()), "");
    pair.peer.take(std::exchange(pair.stream.output(), {}));
    heard += pair.peer.read();
  }
  EXPECT_EQ(heard, "hello");
  EXPECT_EQ(pair.send("and on"), "and on");
}

TEST(TlsStream, BytesAfterTheServersEndAreNotKept) {
  const TlsPeerContext context({.most_version = TLS1_2_VERSION});
  TlsPair pair(context);
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  ASSERT_EQ(SSL_renegotiate(pair.peer.raw()), 1);
  ASSERT_EQ(SSL_do_handshake(pair.peer.raw()), 1);
  pair.peer.end();
  EXPECT_EQ(pair.take(pair.peer.give() + "no record of TLS"), "");
  EXPECT_TRUE(pair.stream.has_ended());
  // The text waits for the server's part in the handshake. The bytes are not taken for that part.
  pair.stream.write("hello");
  EXPECT_TRUE(pair.stream.has_unwritten());
}

TEST(TlsStream, TextThatIsWrittenBetweenThePiecesOfATicketIsNotLost) {
  // The certificate is in the server's ticket, which is then longer than its records.
  const TestCertificate client;
  const TlsPeerContext context({.client_authority = &client});
  SSL_CTX_set_max_send_fragment(context.raw(), 512);
  ConnectionOptions options = trusting(TestCertificate::instance());
  options.cert_file = client.file();
  options.key_file = client.key_file();
  TlsPair pair(context, client_context(options));
  TlsStream::State state = pair.stream.shake({});
  while (state == TlsStream::State::reading) {
    pair.peer.take(std::exchange(pair.stream.output(), {}));
    state = pair.stream.shake(pair.peer.give());
  }
  ASSERT_EQ(state, TlsStream::State::open);
  pair.peer.take(std::exchange(pair.stream.output(), {}));
  const std::string tickets = pair.peer.give();
  ASSERT_GT(tickets.size(), 1'000U);
  // The first record alone.
  constexpr std::size_t cut = 600;
  EXPECT_EQ(pair.take(tickets.substr(0, cut)), "");
  std::string heard = pair.send("hello");
  EXPECT_EQ(pair.take(tickets.substr(cut)), "");
  heard += pair.send(" and on");
  EXPECT_EQ(heard, "hello and on");
}

TEST(TlsStream, ChoosesHttp2WhereTheServerDoes) {
  for (const char* protocol : {"h2", "http/1.1", ""}) {
    const TlsPeerContext context({.protocol = protocol});
    TlsPair pair(context);
    ASSERT_EQ(pair.shake(), TlsStream::State::open);
    EXPECT_EQ(pair.stream.chose_http2(), std::string_view(protocol) == "h2");
  }
  const TlsPeerContext context({.protocol = "h2"});
  ConnectionOptions options = trusting(TestCertificate::instance());
  options.http = HttpVersion::one;
  TlsPair pair(context, client_context(options));
  ASSERT_EQ(pair.shake(), TlsStream::State::open);
  EXPECT_FALSE(pair.stream.chose_http2());
}

}  // namespace
}  // namespace paceline::http::direct
