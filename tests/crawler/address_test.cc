#include "crawler/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace skitter::crawler {
namespace {

TEST(AddressTest, TellsPrivateFromPublic) {
  struct Case {
    std::string_view given;
    std::optional<bool> want;
  };
  const Case cases[] = {
      {"0.0.0.0", true},           // RFC 1122 §3.2.1.3
      {"0.255.255.255", true},     //
      {"1.0.0.0", false},          //
      {"9.255.255.255", false},    //
      {"10.0.0.0", true},          // RFC 1918
      {"10.255.255.255", true},    //
      {"11.0.0.0", false},         //
      {"100.63.255.255", false},   //
      {"100.64.0.0", true},        // RFC 6598
      {"100.127.255.255", true},   //
      {"100.128.0.0", false},      //
      {"126.255.255.255", false},  //
      {"127.0.0.1", true},         // RFC 1122 §3.2.1.3
      {"127.255.255.255", true},   //
      {"128.0.0.0", false},        //
      {"168.63.129.15", false},    //
      {"168.63.129.16", true},     // metadata of a cloud
      {"168.63.129.17", false},    //
      {"100.100.100.200", true},   // likewise, of RFC 6598
      {"192.0.0.192", true},       // likewise, of RFC 6890
      {"169.253.255.255", false},  //
      {"169.254.169.254", true},   // RFC 3927; metadata of clouds
      {"169.255.0.0", false},      //
      {"172.15.255.255", false},   //
      {"172.16.0.0", true},        // RFC 1918
      {"172.31.255.255", true},    //
      {"172.32.0.0", false},       //
      {"192.0.0.1", true},         // RFC 6890 §2.1
      {"192.0.1.0", false},        //
      {"192.0.2.1", true},         // RFC 5737
      {"192.167.255.255", false},  //
      {"192.168.0.0", true},       // RFC 1918
      {"192.168.255.255", true},   //
      {"192.169.0.0", false},      //
      {"198.17.255.255", false},   //
      {"198.18.0.0", true},        // RFC 2544
      {"198.19.255.255", true},    //
      {"198.20.0.0", false},       //
      {"198.51.100.1", true},      // RFC 5737
      {"203.0.113.1", true},       // RFC 5737
      {"223.255.255.255", false},  //
      {"224.0.0.1", true},         // RFC 5771
      {"240.0.0.1", true},         // RFC 1112 §4
      {"255.255.255.255", true},   // RFC 919
      {"8.8.8.8", false},
      {"::", true},                     // RFC 4291 §2.5.2
      {"::1", true},                    // RFC 4291 §2.5.3
      {"::8.8.8.8", true},              // RFC 4291 §2.5.5.1, deprecated
      {"::ffff:10.0.0.1", true},        // RFC 4291 §2.5.5.2
      {"::ffff:8.8.8.8", false},        //
      {"64:ff9b::10.0.0.1", true},      // RFC 6052
      {"64:ff9b::8.8.8.8", false},      //
      {"64:ff9b::1:0:808:808", true},   // outside its /96
      {"64:ff9b:1::8.8.8.8", true},     // RFC 8215
      {"fd00:ec2::254", true},          // metadata, of RFC 4193
      {"100::1", true},                 // RFC 6666
      {"2001::1", true},                // RFC 4380
      {"2001:db8::1", true},            // RFC 3849
      {"2001:200::1", false},           //
      {"2001:4860:4860::8888", false},  //
      {"2002:a00:1::", true},           // RFC 3056, of 10.0.0.1
      {"2002:808:808::", false},        //
      {"3fff::1", true},                // RFC 9637
      {"3fff:fff:ffff::1", true},       //
      {"3fff:1000::1", false},          //
      {"fc00::1", true},                // RFC 4193
      {"fdff:ffff::1", true},           //
      {"fe80::1", true},                // RFC 4291 §2.5.6
      {"fec0::1", true},                // RFC 3879
      {"ff02::1", true},                // RFC 4291 §2.7
      {"[::1]", true},                  //
      {"[2606:4700::1111]", false},     //
      {"", std::nullopt},
      {"example.com", std::nullopt},
      {"127.1", std::nullopt},  // a URL parser has made it 127.0.0.1
      {"[::1", std::nullopt},
      {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.given);
    EXPECT_EQ(is_private_address(c.given), c.want);
  }
}

TEST(AddressTest, ReadsSocketAddresses) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  ASSERT_EQ(inet_pton(AF_INET, "10.1.2.3", &four.sin_addr), 1);
  EXPECT_TRUE(is_private_address(reinterpret_cast<const sockaddr*>(&four)));
  EXPECT_EQ(to_string(reinterpret_cast<const sockaddr*>(&four)), "10.1.2.3");
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  ASSERT_EQ(inet_pton(AF_INET6, "2606:4700::1111", &six.sin6_addr), 1);
  EXPECT_FALSE(is_private_address(reinterpret_cast<const sockaddr*>(&six)));
  EXPECT_EQ(to_string(reinterpret_cast<const sockaddr*>(&six)), "2606:4700::1111");
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_TRUE(is_private_address(&other));
  EXPECT_EQ(to_string(&other), "");
}

TEST(AddressTest, KnowsLoopback) {
  for (const std::string_view text :
       {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1", "[::ffff:7f00:1]"})
    EXPECT_TRUE(is_loopback_address(text)) << text;
  for (const std::string_view text : {"128.0.0.1", "::2", "10.0.0.1", "localhost", "127.example"})
    EXPECT_FALSE(is_loopback_address(text)) << text;
}

TEST(AddressTest, KnowsTheNamesOfLocalhost) {
  for (const std::string_view name : {"localhost", "localhost.", "a.localhost", "a.b.localhost."})
    EXPECT_TRUE(is_localhost_name(name)) << name;
  for (const std::string_view name : {"", ".", "notlocalhost", "localhost.com", "localhos"})
    EXPECT_FALSE(is_localhost_name(name)) << name;
}

}  // namespace
}  // namespace skitter::crawler
