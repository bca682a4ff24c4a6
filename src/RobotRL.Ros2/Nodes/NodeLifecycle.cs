using RobotRL.Ros2.Transport;
using RobotRL.Wire.LifecycleMsgs;

namespace RobotRL.Ros2.Nodes;

/// <summary>
/// Shows a node as a managed one: <c>ros2 lifecycle get</c> tells whether it is active, and <c>set … deactivate</c> takes it out of action. It cannot be
/// activated over the network: whatever let it go inactive is for a person to clear.
/// </summary>
public sealed class NodeLifecycle : IDisposable
{
    private readonly Func<bool> _isActive;
    private readonly Action _deactivate;
    private readonly List<IDisposable> _services;
    private readonly Publisher<TransitionEvent> _events;
    private bool _wasActive;

    /// <param name="node">Of a backend that carries services.</param>
    /// <param name="isActive">How it is now. From any thread.</param>
    /// <param name="deactivate">Takes it out of action. From any thread.</param>
    public NodeLifecycle(Ros2Node node, Func<bool> isActive, Action deactivate)
    {
        (_isActive, _deactivate, _wasActive) = (isActive, deactivate, isActive());
        string Name(string service) => $"{node.Transport.NodeName}/{service}";
        _events = node.Publish<TransitionEvent>(Name("transition_event"), Qos.Default);
        _services =
        [
            node.Serve<GetStateRequest, GetStateResponse>(Name("get_state"), Current),
            node.Serve<ChangeStateRequest, ChangeStateResponse>(Name("change_state"), Change),
            node.Serve<GetAvailableStatesRequest, GetAvailableStatesResponse>(Name("get_available_states"), States),
            node.Serve<GetAvailableTransitionsRequest, GetAvailableTransitionsResponse>(Name("get_available_transitions"), Transitions),
        ];
    }

    /// <summary>Tells the network when it has changed. Now and then, from one thread.</summary>
    public void Look()
    {
        if (_isActive() is var isActive && isActive == _wasActive) return;
        TransitionEvent told = new() { Timestamp = (ulong)WallClock.NowNs };
        (told.Transition.Id, told.Transition.Label) = isActive ? (Transition.TransitionActivate, "activate") : (Transition.TransitionDeactivate, "deactivate");
        Put(_wasActive, told.StartState);
        Put(isActive, told.GoalState);
        _wasActive = isActive;
        _events.TrySend(told);
    }

    public void Dispose()
    {
        foreach (var service in _services) service.Dispose();
        _events.Dispose();
    }

    /// <summary>Asked by its number, or by its label where that is given.</summary>
    private ChangeStateResponse Change(ChangeStateRequest request)
    {
        var asked = request.Transition;
        var isDeactivation = asked.Label.Length > 0 ? asked.Label == "deactivate" : asked.Id == Transition.TransitionDeactivate;
        if (isDeactivation && _isActive()) _deactivate();
        else return new();
        return new() { Success = true };
    }

    private GetStateResponse Current(GetStateRequest request)
    {
        GetStateResponse response = new();
        Put(_isActive(), response.CurrentState);
        return response;
    }

    private static GetAvailableStatesResponse States(GetAvailableStatesRequest request)
    {
        GetAvailableStatesResponse response = new();
        foreach (var isActive in new[] { false, true })
        {
            State state = new();
            Put(isActive, state);
            response.AvailableStates.Add(state);
        }
        return response;
    }

    private GetAvailableTransitionsResponse Transitions(GetAvailableTransitionsRequest request)
    {
        GetAvailableTransitionsResponse response = new();
        if (!_isActive()) return response;
        TransitionDescription description = new();
        (description.Transition.Id, description.Transition.Label) = (Transition.TransitionDeactivate, "deactivate");
        Put(true, description.StartState);
        Put(false, description.GoalState);
        response.AvailableTransitions.Add(description);
        return response;
    }

    private static void Put(bool isActive, State into) =>
        (into.Id, into.Label) = isActive ? (State.PrimaryStateActive, "active") : (State.PrimaryStateInactive, "inactive");
}
