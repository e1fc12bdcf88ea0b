/// Finds the server that has a key, and asks it. It lives on its loop's thread.
protocol RedisRouter: AnyObject {
    /// Begins to connect.
    func start()
    /// Asks one question.
    func ask(_ question: RedisQuestion, _ receiver: RedisRequest.Receiver)
    /// Asks all masters a question that is about no key.
    func askAll(_ words: [String], _ completion: @escaping ([RedisAnswer]) -> Void)
    /// Refuses further questions, and ends when the last one is answered or has failed.
    func close(_ completion: @escaping () -> Void)
    /// Ends at once; what waits fails.
    func shutDown()
}
