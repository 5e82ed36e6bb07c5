import Essentials
import Fleet
import Foundation
import Messaging
import Storage
import TestSupport
import Testing

@Suite("Keys of a run")
struct KeyFolderTests {
  @Test("keys are made once, lie where only their owner can read them, and are shut out for good")
  func keys() throws {
    let folder = try TemporaryFolder()
    let keys = KeyFolder(runPath: folder.path)
    let server = try keys.server()
    #expect(try keys.server() == server)
    let key = try keys.worker("a", endpoint: "tcp://h:1")
    #expect(try keys.worker("a") == key && key.serverKey == server.keys.publicKey && key.endpoint == "tcp://h:1")
    for path in ["\(keys.path)/server.json", keys.file(of: "a")] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: keys.path)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    let watched = keys.allowed
    #expect(watched.verdict(of: key.publicKey) == .allowed(name: "a"))
    #expect(watched.verdict(of: server.keys.publicKey) == .unknown)
    try keys.worker("b")
    try keys.revoke("a")
    watched.reread()
    #expect(watched.verdict(of: key.publicKey) == .revoked(name: "a"))
    #expect(keys.list().allowed == ["b"] && keys.list().revoked == ["a"])
    #expect(throws: ClavaError.self) { try keys.worker("a") }
    #expect(throws: ClavaError.self) { try keys.revoke("nobody") }
    // A copy of the old file does not bring it back.
    try FileSystem.writeAtomically(
      FileSystem.read("\(keys.path)/revoked/a.json"), to: "\(keys.path)/allowed/a.json")
    watched.reread()
    #expect(watched.verdict(of: key.publicKey) == .revoked(name: "a"))
    #expect(keys.allowed.verdict(of: key.publicKey) == .revoked(name: "a"))
  }

  @Test("names that are no file names are refused", arguments: ["", "../a", "a/b", ".hidden", "ä", "a b"])
  func names(_ name: String) throws {
    let folder = try TemporaryFolder()
    #expect(throws: ClavaError.self) { try KeyFolder(runPath: folder.path).worker(name) }
  }

  @Test("what is no key file is refused with a reason")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let key = try KeyFolder(runPath: folder.path).worker("a")
    let good = try CanonicalJSON.encode(key)
    #expect(try WorkerKey(json: good, source: "x") == key)
    let other = String(decoding: good, as: UTF8.self).replacingOccurrences(of: key.secretKey, with: key.publicKey)
    for text in ["", "{}", "[1]", String(decoding: good, as: UTF8.self).replacing(key.serverKey, with: "k"), other] {
      #expect(throws: ClavaError.self) { try WorkerKey(json: Data(text.utf8), source: "x") }
    }
  }
}
