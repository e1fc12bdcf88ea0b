internal import Tokens

/// Finds the server that has a key, and asks it. It lives on its loop's thread.
protocol RedisRouter: AnyObject {
    /// Whether questions fail at once; in a cluster, those to one of the masters at least.
    var isDown: Bool { get }
    /// Begins to connect.
    func start()
    /// Asks one question.
    func ask(_ question: RedisQuestion, _ receiver: RedisRequest.Receiver)
    /// Asks all masters a question that is about no key.
    func askAll(_ words: [String], _ completion: @escaping ([RedisAnswer]) -> Void)
    /// The names of all masters, for ``ask(master:_:_:)``.
    func masters(_ completion: @escaping (Result<[String], TokenStoreError>) -> Void)
    /// Asks one of the masters a question that is about no key; an error where it is none any more.
    func ask(master: String, _ words: [String], _ receiver: RedisRequest.Receiver)
    /// Refuses further questions, and ends when the last one is answered or has failed.
    func close(_ completion: @escaping () -> Void)
    /// Ends at once; what waits fails.
    func shutDown()
}
