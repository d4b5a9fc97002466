#include <endpoint/limits.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

namespace paceline::endpoint {
namespace {

struct Person {
  Capacity<Person>::Place place;
};

TEST(Capacity, ServesAllWithoutALimit) {
  Capacity<Person> capacity(0, 0);
  std::array<Person, 50> people;
  for (auto& person : people) {
    EXPECT_FALSE(capacity.is_full());
    capacity.enter(person, person.place);
    EXPECT_TRUE(person.place.is_served());
  }
  EXPECT_EQ(capacity.served(), 50U);
}

TEST(Capacity, ServesInTheOrderOfComing) {
  Capacity<Person> capacity(1, std::nullopt);
  std::array<Person, 4> people;
  for (auto& person : people) capacity.enter(person, person.place);
  EXPECT_TRUE(people[0].place.is_served());
  EXPECT_EQ(capacity.waiting(), 3U);
  for (std::size_t i = 1; i < people.size(); ++i) {
    EXPECT_FALSE(people[i].place.is_served());
    EXPECT_EQ(capacity.leave(people[i - 1].place), &people[i]);
    EXPECT_TRUE(people[i].place.is_served());
    EXPECT_FALSE(people[i - 1].place.is_served());
  }
  EXPECT_EQ(capacity.leave(people[3].place), nullptr);
  EXPECT_EQ(capacity.served(), 0U);
}

TEST(Capacity, ForgetsWhoLeavesTheQueue) {
  Capacity<Person> capacity(1, std::nullopt);
  std::array<Person, 3> people;
  for (auto& person : people) capacity.enter(person, person.place);
  EXPECT_EQ(capacity.leave(people[1].place), nullptr);
  EXPECT_EQ(capacity.leave(people[1].place), nullptr);
  EXPECT_EQ(capacity.leave(people[0].place), &people[2]);
  EXPECT_EQ(capacity.leave(people[0].place), nullptr);
  EXPECT_EQ(capacity.served(), 1U);
}

TEST(Capacity, IsFullWhenServiceAndQueueAre) {
  Capacity<Person> capacity(2, 1);
  std::array<Person, 3> people;
  for (auto& person : people) {
    EXPECT_FALSE(capacity.is_full());
    capacity.enter(person, person.place);
  }
  EXPECT_TRUE(capacity.is_full());
  capacity.leave(people[2].place);
  EXPECT_FALSE(capacity.is_full());
}

TEST(Capacity, WithoutAQueueIsFullWhenAllAreServed) {
  Capacity<Person> capacity(1, 0);
  Person person;
  EXPECT_FALSE(capacity.is_full());
  capacity.enter(person, person.place);
  EXPECT_TRUE(capacity.is_full());
  capacity.leave(person.place);
  EXPECT_FALSE(capacity.is_full());
}

}  // namespace
}  // namespace paceline::endpoint
