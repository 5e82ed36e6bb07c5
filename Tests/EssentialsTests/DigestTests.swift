import Essentials
import Foundation
import Testing

@Suite("Digests")
struct DigestTests {
  @Test(
    "SHA-256 gives the published answers",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func knownAnswers(text: String, expected: String) {
    #expect(Digest.of(text).hexadecimal == expected)
    #expect(Digest(hexadecimal: expected) == Digest.of(text))
  }

  @Test("a million letters in uneven pieces give the published answer")
  func pieces() {
    var hasher = Hasher256()
    var left = 1_000_000
    var size = 1
    while left > 0 {
      hasher.update(Data(repeating: 0x61, count: min(size, left)))
      left -= min(size, left)
      size = size * 3 % 7919 + 1
    }
    #expect(hasher.finish().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("lengths keep pieces of text apart")
  func lengthPrefix() {
    func digest(_ parts: [String]) -> Digest {
      var hasher = Hasher256()
      for part in parts { hasher.update(lengthPrefixed: part) }
      return hasher.finish()
    }
    #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
    #expect(digest(["ab", ""]) != digest(["ab"]))
  }

  @Test("the first 64 bits are the first eight bytes, lowest first")
  func first64Bits() {
    // SHA-256 of "abc" starts ba 78 16 bf 8f 01 cf ea.
    #expect(Digest.of("abc").first64Bits == 0xeacf_018f_bf16_78ba)
  }

  @Test(
    "only 64 lower-case hexadecimal digits are a digest",
    arguments: [
      "", "abc", String(repeating: "A", count: 64), String(repeating: "g", count: 64),
      String(repeating: "é", count: 32),
    ])
  func refusal(text: String) throws {
    #expect(Digest(hexadecimal: text) == nil)
    let json = try JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: json) }
  }
}
