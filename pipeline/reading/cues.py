"""The words that tell aspect, stage and news from background, with their weights.

General newsroom English about missions of any kind: peacekeeping, police, naval, observers, ceasefire
monitors, border and aid. No names of missions, people or places stand here.
"""

from __future__ import annotations

from pipeline.reading.lexicon import Lexicon

ASPECTS = Lexicon(
    {
        "mandate": """mandate* 2; authoris* 1.8; authoriz* 1.8; remit 1.5; resolution* 0.9; security council 0.8
            the council 0.6; extend* 1.5; extension* 1.4; renew* 1.5; renewal 0.5; prolong* 1.5; roll over 1
            rollover 1.5; chapter vii 1; successor 0.8; follow-on 1; transform* 1.5; convert* 1.5
            conversion 1.5; transition* 0.6; replac* 0.6; takes the place 1.5; becom* 0.7; became 0.6
            take the place 1.5; give way 1.2; gives way 1.2; giving way 1.2; succeeds 1; succeed* 0.5; voted 1
            vote 0.8; votes 0.6; adopt* 1; approv* 0.5; endors* 0.7; veto* 1.5; draft 1; expir* 1.5; run out 1
            runs out 1; ran out 1; laps* 1.2; wind down 1.5; wound up 1.5; winding up 1.5; wind up 1.3
            terminat* 1.7; rules of engagement 1.5; turned into 1; sanction* -2.5; embargo* -2
            panel of experts -1.5; strategic review 1.5; mission's future 1.2; future of the 0.8
            reach its end 1.5; peacekeeping operation 0.5; executive order 0.6; bill -0.3; abstain* 0.8
            abstention* 0.8; unanimous* 0.8; letter 0.7; joint statement 0.8; declaration 0.6; sets up 0.6
            set up 0.5; cessation of 0.8; final time 1.5; last time 1; final extension 1.2; end the mission 1.8
            end of the mission 1.5; close the mission 1.5; shut down 0.8; phase out 1.2; non-renewal 1.5
            powers 0.6; tasks 0.7; tasked 0.7; status of forces 1; host agreement 1; consent 0.6; expel* 1
            legal basis 1; liquidat* 1; one-year 0.6; six-month 0.8; another year 1.2; another six months 1.2
            more months 0.5; text 0.4; co-sponsor* 0.5; penholder 1; exit strategy 1; options for 0.8
            follow-up 0.6; presence after 1; post 0.1; operations end 1; ends its 0.6; kept on 1.2; keep on 1
            put an end to 1.5; shut 0.4; one last 1; further year 1; has gone 0.6; wind itself down 1.2
            to wind 0.5; close down 1.2; dissol* 1.2; disband* 1.5; come to an end 1.2; comes to an end 1.2
            leave the country 1; its place 0.8; presence 0.4; stay on 0.6; applied to 0.5; ready to go 0.8
            be implemented 0.4; put into practice 0.4; in force 0.3; comes after 0.8; reports on 0.2
            new force 0.6; mission to 0.3""",
        "strength": """ceiling 2.5; upper limit 2.5; troop level* 2; troop ceiling 1; headcount 2; strength 1.6
            number* 0.8; size 1.5; cap 1; double* 1.2; doubl* 1; reduc* 1.3; reduction* 0.6; shrink* 1.5
            shrunk 1.3; smaller 1; larger 0.8; bigger 0.8; downsiz* 2; trim* 1; reinforce* 0.8; surge 1.2
            uniformed personnel 1.2; in uniform 1.2; uniformed 0.8; capacity 1; fewer 0.7; at full strength 1
            at most 0.8; as many as 0.8; up to 0.6; room for 0.8; leaner 1; sent home 0.7; quarter 0.7
            a third 0.6; cut 0.8; cuts 0.8; cutting 0.6; personnel 0.5; people in the field 1; all told 0.8
            slimmed 1; troops from 0.3; down from 1; half of 0.4; strong 0.5; understaffed 0.8; grow* 0.8
            expand* 0.9; enlarg* 1.2; increas* 0.7; additional 0.7; extra 0.7; more troops 1; vacanc* 0.8
            stands at 0.8; per cent of its 0.8; home by 0.3; fall to 0.8; fallen to 0.8; drop* 0.6; thinned 1
            peacekeepers are 0.5; soldiers home 0.8; thinning 1.5; bring down 1; brought down 0.8; lose people 1
            good deal smaller 0.8; short of 0.4; by 25 0.3; gone home 0.5; left in 0.3; would be required 0.8
            required 0.4; light 0.2; hundred 0.2; people would 0.6; peacekeepers left 0.8; remaining 0.5
            staffing 1; posts cut 1""",
        "contributors": """contingent* 1; contribut* 0.7; contributor* 1; troop-contributing 0.8; troop contributor* 0.8
            take part 1.2; taking part 1.2; participat* 1.2; join 1; joins 1; joined 0.8; joining 1; no part 1.5
            part in 0.5; serve 0.6; serves 0.5; contribution* 0.2; send 1; sends 1; sending 1; sent 0.5
            dispatch* 1; pull out 1; pulling 0.8; withdraw* 0.8; withdrawal 0.4; quit* 1; soldiers 0.7
            troops 0.6; police officers 0.7; officers 0.3; battalion* 1; brigade 0.7; company of 0.6; stay* 0.6
            leave* 0.4; rotation* 0.8; rotat* 0.8; place in 0.7; placed inside 1; go home 0.7; bilateral 0.6
            peacekeepers from 1; train* 0.5; recall* 0.6; boots on the ground 1; navy 0.6; warship* 0.8
            frigate* 1; ship 0.5; vessel 0.6; parliament* 0.6; bring home 0.8; its soldiers 0.5; its troops 0.7
            its contingent 0.5; our soldiers 0.5; end its participation 1.5; nationals 0.3; newest 0.4
            forces to 0.3; commit* 0.4; replacement* 0.6; military experts 0.6; units 0.4; engineers 0.4
            offers to 0.5; ready to send 1; go-ahead 0.4; exclud* 0.8; inclu* 0.3; military role 1.2
            remain involved 1.2; any nation 0.8; soldiers in 0.3; of its military 0.6
            small number of people 0.8; should remain 0.8; wishes to 0.4; its participation 1; offering 0.4
            provide troops 1.2; provide soldiers 1.2; supply troops 1; leave its 0.5; be part of 0.6
            personnel from 0.6; new people 0.5; in training 0.6; contingents 0.3; companies 0.3; bring its 0.6
            pulling every 1""",
        "funding": """fund 1.3; funds 1.3; funding 1.8; funded 1.2; underfund* 1.5; financ* 2; budget* 1.6; donor* 1.6
            assessed 1.5; dues 1.5; shortfall* 1.4; cash 1.5; money 1.6; pay 0.8; paid 0.8; pays 0.8; payment* 1
            cost* 1; reimburs* 1.5; pledg* 0.7; arrears 1.6; unpaid 1; owed 1; owes 1
            voluntary contribution* 1.5; trust fund 0.2; bill 0.6; dollars 0.8; euros 0.8; million* 0.8
            billion 0.8; bankroll* 2; deficit 1.2; liquidity 1.8; savings 1.2; facility 0.4; grant* 0.6
            economis* 0.6; economiz* 0.6; spending 1; spend 1; spent 0.6; afford* 1; austerity 1.2; stipend* 1.2
            allowances 1; salaries 1; price tag 1.2; gap 0.6; hole in 0.6; tranche 1.2; appropriat* 1
            contributions to the united nations 1.5; cost-cutting 1.5; cash crisis 1; bankrupt* 1; financial 1.2
            contributions from 0.5; fresh contributions 1.2; subsid* 1; contribution back 1.5; hold back 0.8
            held back 0.8; withheld 1.2; withhold* 1.2; share would 0.8; save money 1; backing 0.3
            expensive 0.8; lack of funds 0.5; budgeted 0.5; sum 0.5; collect* 0.5; reimburse 0.5
            financing of 0.5; conference 0.3; bring donors 1""",
        "support": """support office 3; logistic* 1.8; equipment 1.4; vehicle* 1.4; armoured 1; armored 1; supply 0.8
            supplies 1; supplied 0.8; medical 0.7; air cover 1.5; cover from the air 1.5; reconnaissance 1.2
            intelligence 0.7; deliver* 0.8; delivery 0.4; technical support 1.5; consignment* 1.5; shipment* 1.5
            rations 1; fuel 1; air support 1.5; donat* 1; helicopters 1; drones 0.4; aircraft 0.5
            forward bases 0.8; hardware 1; spare parts 1; maintenance 0.8; equip 1; equipped 0.8
            communications 0.5; radios 1; engineering 0.6; operational support 1; administrative support 1
            mentoring 0.8; handed over to the army 0.5; office to 0.5; open an office 1.8; carriers 0.8
            capabilit* 0.6; ammunition 0.6; weapons 0.3; surveillance 0.8; field hospital 1; airlift 1; camp 0.3
            trust fund 0.7; not lethal 1; non-lethal 1""",
        "deployment": """
            deploy* 1.5; redeploy* 0.3; arriv* 1.3; landed 1.2; base 0.9; bases 0.8; position 0.7; positions 0.9
            post 0.4; posts 0.8; outpost* 1.2; observation post* 0.8; handed over 1.2; hand over 0.8
            handover 0.9; turned over 0.9; vacat* 1.3; evacuat* 1; captur* 1.4; recaptur* 1.3; retak* 1.2
            retook 1.3; win back 1.2; taken back 1; driven 1.4; liberat* 1.2; cleared 0.8; clear the 0.5
            fell to 1.6; patrol* 1.3; withdrew 1.2; withdraw* 0.9; withdrawal* 0.7; pull out 0.7; pulled out 0.8
            pull back 0.8; drawdown 1.2; draw down 1.2; on the ground 0.9; in operation 1.3; operational 0.8
            up and running 1.3; in action 1; operations 0.6; operation 0.4; units 0.4; carried out 0.8
            begun 0.6; began 0.5; start* 0.3; bring home 0.8; come home 0.8; going home 0.8; home 0.4
            return* 0.5; back in 0.6; headquarters 0.5; takes over 0.9; took over 0.8; take over 0.7
            departure* 0.8; rotation 0.6; advance party 1; advance parties 1; town 0.7; joint force 0.6
            sector* 0.5; move in 0.6; moved into 0.8; phase 0.7; closed 0.6; closure* 1; relocat* 1.2
            footprint 1; repatriat* 1; left the 0.5; leaving 0.6; checkpoint* 1; roadblock* 0.8; not pull 0.8
            exit 0.6; offensive 0.9; set foot 1.5; within our walls 1; freedom of movement 1.2; resum* 0.7
            reopen* 0.8; weapons cache* 1.2; tunnel* 1; dismantl* 0.9; joint operation* 0.8; entered 0.6
            seiz* 0.9; giving way 0.9; gives way 0.9; started work 1; first operations 1.2; sailed 1; reach* 0.3
            ceremony 0.3; expected back 1; airport 0.3; border 0.3; area of operations 0.9; monitor* 0.6
            observ* 0.4; verif* 0.5; blocked 0.6; obstruct* 1; roads 0.4; to be withdrawn 1; withdrawn 1
            gradual withdrawal 1.2; orderly 0.5; hardly any 0.5; timetable 0.6; leave 0.5; ships 0.4
            convoy* 0.8; took up 0.5; wind itself down 1.6; and leave 1; handing over 1; hand back 1
            handed back 1; drive 0.3; district 0.5; joint forces 0.5; regain* 0.8; freed 0.8; based at 0.8
            escort* 0.8; guard* 0.4; intercept* 0.9; surveill* 0.3; found 0.4; discover* 0.8; destroy* 0.5
            shot down 1; drone 0.5; land 0.3; move 0.3""",
        "casualties": """killed 2; killing 1.3; kill 1.4; kills 1.6; died 2; dies 1.8; dead 1.8; death 1.4; deaths 1.6
            wound* 1.4; wounding 0.4; injur* 1.5; hurt 1.3; casualt* 1.8; fatal* 1.6; perish* 1.6
            lost their lives 2; lost his life 2; lost her life 2; lives 0.3; lose* 0.6; loss 0.5; losses 0.7
            missing 0.7; slain 1.8; crash* 1; ambush* 1; succumb* 2; presumed dead 1; shot dead 1.5
            gunned down 1.5; blast* 0.8; explosi* 0.8; exploded 0.8; bomb* 0.7; mine 0.5; grenade* 0.8
            shell* 0.7; rocket* 0.6; drone strike 0.6; mortar* 0.7; opened fire 1.2; fired on 1; fired at 1
            came under fire 1.2; under fire 0.8; attack* 0.6; gunfire 0.8; hit by 0.8; struck 0.5; wounded 0.4
            fallen 0.8; harmed 0.8; hospital* 0.6; survivor* 0.8; rescued 0.6; pulled out quickly 1
            on board 0.6; claimed the li* 1.5; kidnap* 0.8; abduct* 0.9; hostage* 0.8; critical condition 1
            bodies 0.6; body of 0.6; condemn* 0.2; mourn* 0.5; burial -1.5; buried -1.5; funeral -1.5
            autopsy -1.5; remains of -1; family -0.8; sympathy -1; memory -0.8; tribute -0.6; gang leader -1
            civilians -0.3; children -1; residents -0.4; critically 0.8; lost three 0.5; serious condition 0.8
            flown out 0.5; treated 0.4; missile* 0.7; lightly 0.6; bullet* 0.8; targeted 0.5; helicopter 0.4
            accident 0.8; mourns 0.5; martyr* 1; dead and 0.4; toll 0.8""",
        "command": """force commander 2; commander 0.8; head of mission 2; head of the mission 2; head of its mission 2
            special representative 1.4; special envoy 1; envoy 0.8; appoint* 2; named 1.2; nominat* 1.5
            took over as 2.5; takes over as 2.5; take over as 2; sworn in 1.5; new chief 1.5; chief 0.5
            deputy 0.4; major general 0.9; lieutenant general 0.9; brigadier 0.3; rear admiral 1
            chief of mission 2; police commissioner 2; assumed command 2.5; assumes command 2.5
            took command 2.5; takes command 2.5; change of command 2; command of 1.2; handed command 2
            new head 1.8; new commander 2.5; report to 1; to head 0.8; will head 1; heads the 0.5; oversight 1
            oversee* 0.9; overseen 1; strategic direction 1.2; political direction 1.2; chain of command 1.5
            steps down 1.5; stepped down 1.2; resign* 1.2; outgoing 0.8; incoming 0.8; hands over command 2
            post of 0.8; successor as 1; took charge 2; takes charge 2; in charge of 0.6; picked to 1.2
            chosen 0.8; picked 0.6; general 0.4; handed over to general 1; succeeds general 2; lead the 0.3
            the new commander 1""",
        "lead": """lead nation 3; leadership 1.6; lead role 2; leading role 1.2; leadership role 1.5; take the lead 2
            led by 0.4; at the head 1.2; head the 0.4; steering group 1.5; standing group 2
            group of partners 1.5; lead 0.6; group of countries 1.2; in charge of the 0.4
            hand over leadership 2; relinquish* 1.5; framework nation 3; oversight 0.8; overseen 0.9
            spearhead* 1.2; coalition 0.8; strategic direction 1; political direction 0.8
            responsible transition 1; transition 0.4; successor 0.7; lead the 1; successor force 0.8
            european force 0.8; alternative force 1; multinational force 0.5; coalition of the willing 1
            stay on after 0.8; remain after 1; after it leaves 1; force that would take 1.5
            multinational force that 1; alternative 0.6; instead of the un 1; european-led 1.5
            would replace the 1; after the un 1; bilateral force 1""",
    }
)

STAGES = Lexicon(
    {
        "proposed": """propos* 1.6; draft* 1.7; urg* 1.5; call on 1.2; calls on 1.2; called on 1.4; call for 1.3
            calls for 1.4; called for 1.4; calling for 1.5; calling on 1.4; calls 0.4; ask 1.2; asks 1.3
            asked 1.3; asking 1.3; request* 1.3; would 1.1; recommend* 1.4; suggest* 1.3; appeal* 1.6; want 1
            wants 1.4; wanted 0.8; seek* 1.2; sought 1.1; consider* 1.2; being considered 1; weigh* 1
            press* 1.1; bill 1; looking for 1.1; hunt* 0.9; wish list 1.5; should 0.7; could 0.5; may 0.2
            might 0.6; demand* 1; plead* 1; push* 1.1; float* 1.2; idea 0.6; debat* 0.8; discuss* 0.7
            if adopted 1.2; letter 0.9; talks 0.5; joint statement 0.9; support the proposal 1; needs 0.7
            need 0.7; option* 1; warn* 0.6; must 0.6; back a 0.8; favours 0.8; favors 0.8; lobby* 1.1
            circulat* 1; table* 0.3; insist* 0.5; favour* 0.5; in favor 0.3; explor* 1; examin* 0.7; study* 0.5
            to guide 0.4; had written 1; negotiat* 0.7; consult* 0.5; plea 1.2; put forward 1.1; reportedly 0.4
            introduce* 0.6; sponsor* 0.5; co-sponsored 0.6; applied 1.2; thinking of 1.4; ought to 1.2
            weighing 0.4; be welcome 1; wishes 0.8; models 0.6; suggestion 1; studying 0.8; said to be 0.4
            wrote to 0.9; has asked 0.4""",
        "planned": """will 1.3; is to 1.2; are to 1.2; to be 0.6; expected 1.5; expects 1.3; plan 0.8; plans 1.3
            planned 1.1; planning 1.1; pledg* 1.8; promis* 1.7; prepar* 1.4; in training 1.6; training to 1.3
            intend* 1.4; intention 1.3; means to 1.4; due to 1.0; schedul* 1.3; set to 1.2; should be 1
            soon 0.8; shortly 1; offer* 1.3; stands ready 1.6; ready to 1.3; set aside 1.5; on the way 1.2
            bound for 1.3; hope* 0.7; going to 1.5; in the near future 1; before long 1; by the end of 0.8
            under way 0.5; next month 0.8; next year 0.6; aim* 0.8; commit* 0.9; put up 0.8; puts up 1.2
            trying to 0.8; deals for 1.2; not before 1.2; until the 0.2; announc* 0.5; timetable 1
            first half of 0.5; confirm* 0.3; vow* 1.2; earmark* 1.5; will go 0.4; going home 0.8; about to 0.8
            be coming 0.6; phase-out 0.8; phased 0.8; from next 0.6; later this 0.6; begin* 0.3
            joined the list of 1; stand to 1; stands to 1; likely to 0.9; be told to expect 1
            told to expect 1.2; ready to approve 1.2; go ahead with 0.6; going ahead 1; is asked to 0.8
            are asked to 0.6; it wants to 0.3""",
        "decided": """approved 1.8; approves 1.8; approval 1; adopted 1.6; adopts 1.6; adoption 0.8; authorised 1.7
            authorized 1.7; authorises 1.7; authorizes 1.7; voted 1.6; vote 0.6; votes 1; extended 1.6
            extends 1.5; extension 0.8; green light 1.2; renewed 1.5; renews 1.5; prolonged 1.6; prolongs 1.5
            decided 1.8; decides 1.7; decision 1.3; agreed 1.4; endorsed 1.4; endorses 1.3; appointed 1.4
            appoints 1.4; named 1; nominated 1; chosen 0.8; selected 0.8; go-ahead 1.8; cleared 0.9; clears 1.2
            unanimous* 1.5; creates 1.2; created 0.8; signed 0.8; signs 0.8; resolution 0.2; granted 1.2
            gave 0.7; gives 0.9; passed 1; settle* 0.8; ordered 1.2; orders 1; sets 0.5; set a 0.5
            establish* 0.8; abstain* 1.2; backs 0.8; backed 0.6; according to the text 0.8
            the resolution says 1; stays at 0.8; allows 0.9; permits 0.8; be called 0.9; from now on 0.8
            in the resolution 0.6; raise 0.6; accepted 1; deal 0.5; is keeping 1.2; picked 0.8; chose 0.8
            welcomed the creation 1.4; determined 0.6; announced 0.5; has been cut 0.8; provides for 1
            may keep 1.4; of 12 months 0.6; has done it 0.5; mandated 0.6; terminat* 0.8; final time 0.8
            picked to 1.4; for the last time 0.8; lately decided 0.4; will end on 0.6""",
        "in_effect": """arriv* 1.5; landed 1.5; deployed 0.8; took over 1.4; takes over 1.2; handed over 1.6; turned 0.5
            begun 1.2; began 1.1; killed 1.6; died 1.8; injur* 1; wounded 1; hurt 0.8; delivered 1.6
            delivery 1.4; taken delivery 1.2; now 0.6; in operation 1.5; in action 1.4; carried out 1.6
            captur* 1.3; driven 1.4; completed 1.5; complete 0.5; reached 1.1; stands at 1.5; assumed 1
            took command 1.2; currently 0.9; at present 1.2; at the moment 0.9; up and running 1.5
            recaptur* 1.3; retak* 1; fell 1; has sent 1.4; have sent 1.2; sent 0.8; operating at 1.2
            has now 0.6; have been at work 1.2; so far 0.5; already 0.8; is giving way 1.2; started 0.9
            has cut 1; cut by 0.6; launched 1; opened 0.9; moved 0.5; officially 0.6; takes the place 0.9
            into force 1.5; with effect from 1; sworn in 1.2; hit 0.7; struck 0.7; came under 1.2; attacked 0.9
            fired 0.8; crash* 1; integrat* 0.8; received 1; lost 0.7; missing 0.5; found 0.5; redeployed 1.2
            resumed 1.2; conducted 1; gave up 1; damaged 0.8; wounding 1.2; killing 1.2; dead 0.8; halv* 0.6
            vacated 1.2; reduced 0.7; withdrew 0.6; returned 0.7; sent home 1; detonat* 0.7; deaths 0.8
            death 0.7; discovered 0.8; blocked 0.4; exploded 1; left 0.4; seized 0.8; stepped up 0.8
            took charge 1.5; has started to 1.2; have begun 1.2; is under way 0.5; have left 1
            lost their lives 1.5; has lost 1; have lost 1; smaller already 1; has a new 1.2""",
        "ended": """expired 2; ran out 1.6; ended 1.8; came to an end 2; come to an end 2; end of 0.2; ends 1
            closed 1.3; withdrew 1.1; pulled out 1.4; wound up 1.6; terminated 1.2; ceased 1.6
            left for good 1.8; departed 1.1; last 0.2; concluded 1.1; formally closed 1.6; closed the book 2
            discontinu* 1.4; suspended 1; lapsed 1.4; shut 1; cut off 1; completed its 1.2; lowered 0.8
            last of 0.8; final 0.4; gone home 0.8; final withdrawal 0.6; the last 0.3; ceasing 1""",
        "rejected": """denied 1.6; denies 1.6; deny 1.2; denial 1; dismissed 1.5; dismiss 1; reject* 1.8; refus* 1.8
            ruled out 2; rules out 2; rebuff* 1.5; not being contemplated 2.5; not contemplated 2.5; vetoed 2
            veto 0.8; false 1.2; misleading 1; oppos* 1.1; declin* 1.3; unfounded 1.5; baseless 1.5
            did not pass 2; not agreed 1.2; no plans 1.6; no intention 1.6; turned down 1.8; without closing 1.6
            not been met 1.4; cancelled 1.5; called off 1.5; none has been 1; blocked 0.8; stood in its way 1.5
            would not 0.7; will not 0.5; won't 0.6; against 0.4; fail* 0.8; unacceptable 1.3; objected 1.2
            no officer 1; are safe 1; all safe 1.2; unharmed 1; not true 1.5; rumour* 1; rumor* 1; scrapped 1.6
            abandon* 0.8; resist* 0.6; not be extended 1.2; not extend 1; no one was 1; no injuries 2
            no casualties 2; nobody was 1.2; no change 0.8; keep out 1; not a decision 1""",
    }
)

NEWS = Lexicon(
    {
        "news": """on monday 1; on tuesday 1; on wednesday 1; on thursday 1; on friday 1; on saturday 1; on sunday 1
            today 0.9; yesterday 1; this week 0.8; last week 0.5; announced 0.8; announc* 0.3; confirmed 0.5
            said 0.2; has been 0.1; statement 0.5; spokes* 0.4; late on 0.5; at the weekend 0.9; reported 0.4
            according to 0.4; latest 0.4; new 0.4; under the 0.1; told 0.3; unanimous* 0.5; has now 0.5
            just 0.2; voted 0.6; the resolution 0.4; the text 0.4; for the first time 0.5; is to 0.4; are to 0.3
            has agreed 0.5; has decided 0.6; pledged 0.5; draft 0.6""",
        "background": """
            since 0.6; had 0.5; had been 0.4; years ago 1; a year ago 1; was first 0.8; originally 0.8; once 0.3
            history 0.8; in the past 0.8; was created 1; was established 0.9; was set up 0.9; dates from 1
            created in 0.8; has been 0.1; for years 0.6; long 0.2; earlier 0.5; previous* 0.5; previously 0.7
            last year 0.7; formerly 0.8; predecessor 0.5; from the archive 2; recall* 0.5; reminder 0.5
            ever since 0.6; until then 0.6; at the time 0.6; at its peak 1; so far 0.2; was meant to 0.7
            was supposed to 0.8; remains 0.4; still 0.2; began 0.3; years 0.3; initially 0.6; back in 0.8
            followed 0.2; the background 1; whose 0.1; used to 0.7; two decades 1; decade* 0.8; readers 0.5
            also read 2; subscribe 2; newsletter 2; whatsapp 2; founded 0.8; under the terms 0.2; gangs 0.3
            militants 0.3; humanitarian 0.4; displaced 0.7; elections 0.5; political 0.3; children 0.3
            family 0.4; burial 0.6; buried 0.6""",
    }
)
